// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// object is a JSON object and the path at which it stands in the request.
// Keys that nobody asks for are ignored, null counts as absent, and of a key
// that is there twice the last one counts (claim cloud.unknown-fields).
type object struct {
	path   string
	fields map[string]json.RawMessage
}

// reader reads values out of objects and remembers the first thing that is
// wrong; from then on it reads nothing more. It converts no value from one JSON
// type to another (claim cloud.json-types).
type reader struct {
	// fail makes the fault of a tip: a payload's code differs from that of
	// target and pushOptions.
	fail  func(format string, args ...any) *fault
	fault *fault
}

// need records a fault unless ok.
func (r *reader) need(ok bool, format string, args ...any) {
	if !ok && r.fault == nil {
		r.fault = r.fail(format, args...)
	}
}

// has reports whether the object has a value of that name.
func (o object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && string(raw) != "null"
}

func (o object) at(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// read decodes one value; what is said of a value that is not of that kind.
func read[T any](r *reader, o object, name, what string) (value T, ok bool) {
	if r.fault != nil || !o.has(name) {
		return value, false
	}
	if err := json.Unmarshal(o.fields[name], &value); err != nil {
		r.need(false, "%s should be %s", o.at(name), what)
		return *new(T), false
	}
	return value, true
}

func (r *reader) text(o object, name string) (string, bool) {
	return read[string](r, o, name, "a string")
}

// texts reads an array of strings, none of which may be null.
func (r *reader) texts(o object, name string) ([]string, bool) {
	items, ok := read[[]*string](r, o, name, "an array of strings")
	out := make([]string, len(items))
	for i, item := range items {
		if item == nil {
			r.need(false, "%s should be an array of strings", o.at(name))
			return nil, false
		}
		out[i] = *item
	}
	return out, ok
}

func (r *reader) truth(o object, name string) (value, ok bool) {
	return read[bool](r, o, name, "a boolean")
}

// integer reads a number without fraction or exponent.
func (r *reader) integer(o object, name string) (int64, bool) {
	if r.fault != nil || !o.has(name) {
		return 0, false
	}
	n, err := strconv.ParseInt(string(o.fields[name]), 10, 64)
	if err != nil {
		r.need(false, "%s should be an integer", o.at(name))
		return 0, false
	}
	return n, true
}

// within reads an integer of a range.
func (r *reader) within(o object, name string, least, most int64) (int64, bool) {
	n, ok := r.integer(o, name)
	if ok {
		r.need(n >= least && n <= most, "%s value ranges from %d to %d", o.at(name), least, most)
	}
	return n, ok
}

func (r *reader) object(o object, name string) (object, bool) {
	fields, ok := read[map[string]json.RawMessage](r, o, name, "an object")
	return object{path: o.at(name), fields: fields}, ok
}

// required reads a text that must be there and not be empty (claim
// cloud.empty-text).
func (r *reader) required(o object, name string) string {
	value, ok := r.text(o, name)
	r.need(ok, "%s is required", o.at(name))
	r.need(value != "", "%s should not be empty", o.at(name))
	return value
}

// requiredObject reads an object that must be there.
func (r *reader) requiredObject(o object, name string) object {
	value, ok := r.object(o, name)
	r.need(ok, "%s is required", o.at(name))
	return value
}

// oneOf reads a text of a set.
func (r *reader) oneOf(o object, name string, set map[string]bool) {
	if value, ok := r.text(o, name); ok {
		r.need(set[value], "%s value %s is not supported", o.at(name), fmt.Sprintf("%.64q", value))
	}
}
