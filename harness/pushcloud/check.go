// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/fixtures"
)

// checker collects faults.
type checker struct {
	faults []Fault
	// fields holds the members of all objects of the documents, one after the
	// other.
	fields []field
}

// checkers holds those that are not in use, for the room in their fields.
var checkers = sync.Pool{New: func() any { return &checker{fields: make([]field, 0, usualFields)} }}

func newChecker() *checker { return checkers.Get().(*checker) }

// release gives the room back; faults are the caller's from then on. Documents
// are not kept from the garbage collector, nor is the room of a large one kept.
func (c *checker) release() {
	clear(c.fields)
	if cap(c.fields) > 16*usualFields {
		return
	}
	c.faults, c.fields = nil, c.fields[:0]
	checkers.Put(c)
}

func (c *checker) add(path, problem string) {
	c.faults = append(c.faults, Fault{Path: path, Problem: problem})
}

// object is a JSON object under check. Its methods report a fault where a
// member is missing or of the wrong type, and otherwise hand it out.
type object struct {
	*checker
	path    string
	members []field
}

// field is a member of an object. Of those with the same name the last counts,
// as it does for encoding/json.
type field struct {
	key   string
	value gjson.Result
}

// usualFields is how many members the objects of a message have together.
const usualFields = 20

// document reads a JSON text that must be an object.
func (c *checker) document(path string, text []byte) (object, bool) {
	if !gjson.ValidBytes(text) || !utf8.Valid(text) {
		c.add(path, "it is no JSON in UTF-8")
		return object{}, false
	}
	value := gjson.ParseBytes(text)
	if !value.IsObject() {
		c.add(path, "it must be a JSON object, and is "+typeName(value))
		return object{}, false
	}
	return c.object(path, value), true
}

func (c *checker) object(path string, value gjson.Result) object {
	begin := len(c.fields)
	value.ForEach(func(key, value gjson.Result) bool {
		c.fields = append(c.fields, field{key.Str, value})
		return true
	})
	return object{checker: c, path: path, members: c.fields[begin:len(c.fields):len(c.fields)]}
}

// presence says whether a member may be absent.
type presence bool

const (
	required presence = true
	optional presence = false
)

func (o object) fault(key, problem string) { o.add(o.path+"."+key, problem) }

func (o object) get(key string) (gjson.Result, bool) {
	for i := len(o.members) - 1; i >= 0; i-- {
		if m := &o.members[i]; m.key == key {
			return m.value, true
		}
	}
	return gjson.Result{}, false
}

// effective returns the members that count: of those with the same name the
// last. It is for objects whose names the author made up; of others get takes
// the last.
func (o object) effective() []field {
	if len(o.members) < 2 {
		return o.members
	}
	last := make(map[string]int, len(o.members))
	for i := range o.members {
		last[o.members[i].key] = i
	}
	if len(last) == len(o.members) {
		return o.members
	}
	counted := make([]field, 0, len(last))
	for i := range o.members {
		if last[o.members[i].key] == i {
			counted = append(counted, o.members[i])
		}
	}
	return counted
}

func (o object) has(key string) bool {
	for i := range o.members {
		if o.members[i].key == key {
			return true
		}
	}
	return false
}

func (o object) member(key string, p presence) (gjson.Result, bool) {
	v, ok := o.get(key)
	if !ok && p == required {
		o.fault(key, "it is required")
	}
	return v, ok
}

func (o object) text(key string, p presence) (string, bool) {
	v, ok := o.member(key, p)
	if ok && v.Type != gjson.String {
		o.fault(key, "it must be a string, and is "+typeName(v))
		return "", false
	}
	return v.Str, ok
}

func (o object) boolean(key string) {
	if v, ok := o.get(key); ok && !v.IsBool() {
		o.fault(key, "it must be true or false, and is "+typeName(v))
	}
}

// mapping checks that a member is an object, whatever is in it.
func (o object) mapping(key string, p presence) (gjson.Result, bool) {
	v, ok := o.member(key, p)
	if ok && !v.IsObject() {
		o.fault(key, "it must be a JSON object, and is "+typeName(v))
		return gjson.Result{}, false
	}
	return v, ok
}

func (o object) child(key string, p presence) (object, bool) {
	v, ok := o.mapping(key, p)
	if !ok {
		return object{}, false
	}
	return o.object(o.path+"."+key, v), true
}

func (o object) numeral(key string, p presence) (string, bool) {
	v, ok := o.member(key, p)
	if ok && v.Type != gjson.Number {
		o.fault(key, "it must be a number, and is "+typeName(v))
		return "", false
	}
	return v.Raw, ok
}

func (o object) integer(key string, low, high int64, p presence) (int64, bool) {
	numeral, ok := o.numeral(key, p)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(numeral, 10, 64)
	if err != nil || n < low || n > high {
		o.fault(key, fmt.Sprintf("it is %s, and must be a whole number from %d to %d", shorten(numeral), low, high))
		return 0, false
	}
	return n, true
}

// number checks a number against an enumeration of fixtures/limits.
func (o object) number(key, enumeration string, p presence) (string, bool) {
	numeral, ok := o.numeral(key, p)
	if !ok {
		return "", false
	}
	if numeral == "-0" {
		numeral = "0" // the same number, written otherwise
	}
	if allowed := fixtures.ValuesOf(enumeration); !slices.Contains(allowed, numeral) {
		o.fault(key, fmt.Sprintf("it is %s, and must be one of %s", shorten(numeral), strings.Join(allowed, ", ")))
		return "", false
	}
	return numeral, true
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
	if !ok {
		return
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
		o.fault(key, "it must be an https URL with a host")
	}
}

func typeName(v gjson.Result) string {
	switch {
	case v.Type == gjson.Null:
		return "null"
	case v.IsBool():
		return "a boolean"
	case v.Type == gjson.String:
		return "a string"
	case v.Type == gjson.Number:
		return "a number"
	case v.IsArray():
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
