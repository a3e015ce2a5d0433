// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// line checks a text of so many characters at most, which must not be empty
// where it is needed.
func (o object) line(key string, p presence, most int64) {
	text, _ := o.filled(key, p)
	if n := int64(utf8.RuneCountInString(text)); n > most {
		o.fault(key, fmt.Sprintf("it has %d characters, at most %d are allowed", n, most))
	}
}

// filled checks a text of any length, which must not be empty where it is
// needed.
func (o object) filled(key string, p presence) (string, bool) {
	text, ok := o.text(key, p)
	if ok && p == required && text == "" {
		o.fault(key, "it must not be empty")
	}
	return text, ok
}

// picture checks a file of the app, or the https URL that may stand for it,
// of which one is needed.
func (o object) picture(p presence, url string, files ...string) {
	wrong := len(o.faults)
	found := o.has(url)
	o.https(url)
	for _, key := range files {
		if text, ok := o.text(key, optional); ok && text != "" {
			found = true
		}
	}
	if p == required && !found && wrong == len(o.faults) {
		others := append(files[1:len(files):len(files)], url)
		o.fault(files[0], "it is required, or "+strings.Join(others, " or ")+" in its place")
	}
}

// list checks that a member is an array.
func (o object) list(key string, p presence) ([]gjson.Result, bool) {
	v, ok := o.member(key, p)
	if ok && !v.IsArray() {
		o.fault(key, "it must be an array, and is "+typeName(v))
		return nil, false
	}
	return v.Array(), ok
}

// element is one value of an array that must be an object.
func (o object) element(key string, i int, v gjson.Result) (object, bool) {
	key = key + "[" + strconv.Itoa(i) + "]"
	if !v.IsObject() {
		o.fault(key, "it must be a JSON object, and is "+typeName(v))
		return object{}, false
	}
	return o.object(o.path+"."+key, v), true
}

// ownFault reports a fault of a member whose name the author made up: it is
// kept to a part of one line.
func (o object) ownFault(key, problem string) {
	name := shorten(key)
	if strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		name = strconv.Quote(name)
	}
	o.fault(name, problem)
}

// measure checks a number that may have a fraction.
func (o object) measure(key string, most int64) {
	v, ok := o.member(key, required)
	if !ok {
		return
	}
	if v.Type != gjson.Number {
		o.fault(key, "it must be a number, and is "+typeName(v))
	} else if v.Num < -float64(most) || v.Num > float64(most) {
		o.fault(key, fmt.Sprintf("it is %s, and must be a number from -%d to %d", shorten(v.Raw), most, most))
	}
}

// Forms of a colour.
const (
	argb = "#AARRGGBB"
	rgb  = "#RRGGBB"
)

func (o object) colour(key, form string, p presence) (string, bool) {
	text, ok := o.text(key, p)
	if ok && !isColour(text, form) {
		o.fault(key, fmt.Sprintf("it is %q, and must be a colour %s in hexadecimal digits", shorten(text), form))
		return "", false
	}
	return text, ok
}

func isColour(text, form string) bool {
	return len(text) == len(form) && text[0] == '#' &&
		strings.Trim(text[1:], "0123456789abcdefABCDEF") == ""
}

// richTexts checks an array of rich texts, their length in all unless most is
// 0, and that they have one colour. An array that is needed must have an
// element. It returns the texts, joined.
func (o object) richTexts(key string, p presence, most int64) (all string) {
	items, ok := o.list(key, p)
	if ok && p == required && len(items) == 0 {
		o.fault(key, "it must not be empty")
	}
	colour := ""
	for i, v := range items {
		item, ok := o.element(key, i, v)
		if !ok {
			continue
		}
		text, _ := item.text("text", required)
		all += text
		c, ok := item.colour("foregroundColor", argb, optional)
		switch {
		case !ok:
		case colour == "":
			colour = c
		case !strings.EqualFold(c, colour):
			item.fault("foregroundColor", fmt.Sprintf("it is %s after %s, and all texts must have the same colour", c, colour))
		}
	}
	if n := int64(utf8.RuneCountInString(all)); most > 0 && n > most {
		o.fault(key, fmt.Sprintf("its texts have %d characters together, at most %d are allowed", n, most))
	}
	return all
}
