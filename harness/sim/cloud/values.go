// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"regexp"
	"slices"
)

// objects reads an array of objects.
func (r *reader) objects(o object, name string) ([]object, bool) {
	items, ok := read[[]map[string]json.RawMessage](r, o, name, "an array of objects")
	out := make([]object, len(items))
	for i, fields := range items {
		r.need(fields != nil, "%s should be an array of objects", o.at(name))
		out[i] = object{path: o.at(name), fields: fields}
	}
	return out, ok
}

// strings reads an object whose values are texts.
func (r *reader) strings(o object, name string) map[string]string {
	inner, _ := r.object(o, name)
	values := make(map[string]string, len(inner.fields))
	for key := range inner.fields {
		if value, ok := r.text(inner, key); ok {
			values[key] = value
		}
	}
	return values
}

// decimal reads a number of a range, with or without a fraction.
func (r *reader) decimal(o object, name string, least, most float64) {
	n, ok := read[float64](r, o, name, "a number")
	r.need(ok, "%s is required", o.at(name))
	r.need(n >= least && n <= most, "%s value ranges from %g to %g", o.at(name), least, most)
}

// requiredWithin reads an integer that must be there.
func (r *reader) requiredWithin(o object, name string, least, most int64) int64 {
	n, ok := r.within(o, name, least, most)
	r.need(ok, "%s is required", o.at(name))
	return n
}

// choice reads an integer of a few; the first one stands for an absent one.
func (r *reader) choice(o object, name string, allowed []int64) int64 {
	n, ok := r.integer(o, name)
	if !ok {
		return allowed[0]
	}
	r.need(slices.Contains(allowed, n), "%s value %d is not supported", o.at(name), n)
	return n
}

// requiredChoice reads an integer of a few that must be there.
func (r *reader) requiredChoice(o object, name string, allowed []int64) int64 {
	r.need(o.has(name), "%s is required", o.at(name))
	return r.choice(o, name, allowed)
}

// short reads a text of at most so many characters.
func (r *reader) short(o object, name string, most int64) string {
	value, _ := r.text(o, name)
	r.need(runes(value) <= most, "%s length should not exceed %d", o.at(name), most)
	return value
}

// filled reads a text that must be there, and not be empty, if must says so.
func (r *reader) filled(o object, name string, must bool) string {
	if must {
		return r.required(o, name)
	}
	value, _ := r.text(o, name)
	return value
}

var (
	argb = regexp.MustCompile("^#[0-9A-Fa-f]{8}$")
	rgb  = regexp.MustCompile("^#[0-9A-Fa-f]{6}$")
)

// colour reads a colour, "" if there is none.
func (r *reader) colour(o object, name string, form *regexp.Regexp) string {
	value, ok := r.text(o, name)
	r.need(!ok || form.MatchString(value), "%s is no color", o.at(name))
	return value
}

// extraData reads the text that every kind of that field needs; it may be
// empty, since the documentation forbids that for other fields only (claim
// cloud.empty-text).
func (r *reader) extraData(payload object) {
	_, ok := r.text(payload, "extraData")
	r.need(ok, "extraData is required")
}

// icon reads the name of a file of the app, or the URL that may stand for it
// from 26.0.0 on, and reports whether there is one.
func (r *reader) icon(o object, name, url string) bool {
	file, _ := r.text(o, name)
	judgeURL(r, o, url)
	return file != "" || o.has(url)
}
