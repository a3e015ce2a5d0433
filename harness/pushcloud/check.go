// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pushproof/pushproof/fixtures"
)

// checker collects faults.
type checker struct{ faults []Fault }

func (c *checker) add(path, problem string) {
	c.faults = append(c.faults, Fault{Path: path, Problem: problem})
}

// object is a JSON object under check. Its methods report a fault where a
// member is missing or of the wrong type, and otherwise hand it out.
type object struct {
	*checker
	path    string
	members map[string]any
}

// presence says whether a member may be absent.
type presence bool

const (
	required presence = true
	optional presence = false
)

func (o object) fault(key, problem string) { o.add(o.path+"."+key, problem) }

func (o object) member(key string, p presence) (any, bool) {
	v, ok := o.members[key]
	if !ok && p == required {
		o.fault(key, "it is required")
	}
	return v, ok
}

func (o object) text(key string, p presence) (string, bool) {
	v, ok := o.member(key, p)
	if !ok {
		return "", false
	}
	text, ok := v.(string)
	if !ok {
		o.fault(key, "it must be a string, and is "+typeName(v))
	}
	return text, ok
}

func (o object) boolean(key string) {
	if v, ok := o.members[key]; ok {
		if _, ok := v.(bool); !ok {
			o.fault(key, "it must be true or false, and is "+typeName(v))
		}
	}
}

func (o object) object(key string, p presence) (object, bool) {
	v, ok := o.member(key, p)
	if !ok {
		return object{}, false
	}
	members, ok := v.(map[string]any)
	if !ok {
		o.fault(key, "it must be a JSON object, and is "+typeName(v))
		return object{}, false
	}
	return object{checker: o.checker, path: o.path + "." + key, members: members}, true
}

func (o object) integer(key string, low, high int64, p presence) (int64, bool) {
	v, ok := o.member(key, p)
	if !ok {
		return 0, false
	}
	number, ok := v.(json.Number)
	if !ok {
		o.fault(key, "it must be a number, and is "+typeName(v))
		return 0, false
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || n < low || n > high {
		o.fault(key, fmt.Sprintf("it is %s, and must be a whole number from %d to %d", shorten(number.String()), low, high))
		return 0, false
	}
	return n, true
}

// number checks a number against an enumeration of fixtures/limits.
func (o object) number(key, enumeration string) (int64, bool) {
	v, ok := o.members[key]
	if !ok {
		return 0, false
	}
	number, ok := v.(json.Number)
	if !ok {
		o.fault(key, "it must be a number, and is "+typeName(v))
		return 0, false
	}
	allowed := fixtures.ValuesOf(enumeration)
	if !slices.Contains(allowed, number.String()) {
		o.fault(key, fmt.Sprintf("it is %s, and must be one of %s", shorten(number.String()), strings.Join(allowed, ", ")))
		return 0, false
	}
	n, err := number.Int64()
	return n, err == nil
}

// oneOf checks a string against an enumeration of fixtures/limits.
func (o object) oneOf(key, enumeration string, p presence) (string, bool) {
	text, ok := o.text(key, p)
	if !ok {
		return "", false
	}
	allowed := fixtures.ValuesOf(enumeration)
	if slices.Contains(allowed, text) {
		return text, true
	}
	problem := fmt.Sprintf("it is %q, and must be %s", shorten(text), strings.Join(allowed, ", "))
	if upper := strings.ToUpper(text); slices.Contains(allowed, upper) {
		problem = fmt.Sprintf("it is %q, and must be written in upper case: %s", text, upper)
	}
	o.fault(key, problem)
	return "", false
}

// characters checks the length of a text, counted in characters.
func (o object) characters(key string, low, high int64) (string, bool) {
	text, ok := o.text(key, optional)
	if !ok {
		return "", false
	}
	if n := int64(utf8.RuneCountInString(text)); n < low || n > high {
		o.fault(key, fmt.Sprintf("it has %d characters, and must have %d to %d", n, low, high))
		return "", false
	}
	return text, true
}

func (o object) https(key string) {
	text, ok := o.text(key, optional)
	if ok && !strings.HasPrefix(text, "https://") {
		o.fault(key, "it must be an https URL")
	}
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// shorten keeps a text of unknown length out of a one-line message.
func shorten(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}
