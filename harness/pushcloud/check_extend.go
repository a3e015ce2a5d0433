// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/fixtures"
)

// extend checks the area at the card's side.
func (o object) extend() {
	kind, _ := o.number("type", "liveview.extend.type", optional)
	o.filled("text", presence(kind == "1" || kind == "2"))
	o.picture(presence(kind == "3" || kind == "4"), "imageUrl", "image", "pic")
	o.click("clickAction", "liveview.actionType.extend", optional)
}

// click checks a clickAction whose actionType is of that enumeration.
func (o object) click(key, enumeration string, p presence) {
	click, ok := o.child(key, p)
	if !ok {
		return
	}
	action, hasAction := click.text("action", optional)
	uri, hasURI := click.text("uri", optional)
	kind, _ := click.number("actionType", enumeration, required)
	if kind == "1" && (!hasAction || action == "") && (!hasURI || uri == "") {
		click.fault("actionType", "1 opens a page: name it by action or uri")
	}
	if kind != "5" {
		click.mapping("data", optional)
	} else if data, ok := click.child("data", required); ok {
		data.dial()
	}
}

// dial checks the number that a click dials.
func (o object) dial() {
	tel, ok := o.text("tel", required)
	if !ok {
		return
	}
	if most := int(fixtures.LimitOf("liveview.tel.max")); len(tel) > most {
		o.fault("tel", fmt.Sprintf("it has %d characters, at most %d are allowed", len(tel), most))
	} else if !isTel(tel) {
		o.fault("tel", "it must begin with a digit or +, and have digits, spaces, - and # after that")
	}
}

func isTel(tel string) bool {
	rest := strings.TrimPrefix(tel, "+")
	if len(rest) == len(tel) && (tel == "" || tel[0] < '0' || tel[0] > '9') {
		return false
	}
	return strings.Trim(rest, "0123456789 -#") == ""
}

// placeholders checks that each of v.places stands in one of the card's texts
// in which the cloud replaces it.
func (v liveView) placeholders(n object, layout string) {
	if len(v.places) == 0 {
		return
	}
	texts := n.replaceable(layout)
	for _, name := range v.places {
		place := "{{" + name + "}}"
		if !strings.Contains(texts, place) {
			n.add(n.path, fmt.Sprintf("%s must stand at least once in %s", place, strings.Join(placesOf(layout), ", ")))
		}
	}
}

// The texts in which the cloud replaces placeholders, with any layout, and
// with some.
// Source: Push Kit REST API, request parameters, fields that may have
// placeholders.
var (
	cardTexts   = []string{"contentTitle", "contentText[].text", "extend.text"}
	layoutTexts = map[string][]string{
		"4": append(cardTexts[:len(cardTexts):len(cardTexts)], "singleTextBlock.firstLine", "singleTextBlock.secondLine"),
		"5": append(cardTexts[:len(cardTexts):len(cardTexts)],
			"firstTextBlock.firstLine", "firstTextBlock.secondLine", "lastTextBlock.firstLine", "lastTextBlock.secondLine"),
	}
)

func placesOf(layout string) []string {
	if texts := layoutTexts[layout]; texts != nil {
		return texts
	}
	return cardTexts
}

// replaceable joins the texts of placesOf.
func (o object) replaceable(layout string) string {
	var all strings.Builder
	for _, place := range placesOf(layout) {
		key, below, nested := strings.Cut(place, ".")
		v, ok := o.get(strings.TrimSuffix(key, "[]"))
		switch {
		case !ok:
		case !nested:
			all.WriteString(v.Str)
		case v.IsArray():
			v.ForEach(func(_, item gjson.Result) bool {
				all.WriteString(lastText(item, below))
				all.WriteByte('\n')
				return true
			})
		default:
			all.WriteString(lastText(v, below))
		}
		all.WriteByte('\n')
	}
	return all.String()
}

// lastText is the text of a member; of those with that name the last counts.
func lastText(v gjson.Result, key string) string {
	text := ""
	if v.IsObject() {
		v.ForEach(func(name, value gjson.Result) bool {
			if name.Str == key {
				text = value.Str
			}
			return true
		})
	}
	return text
}
