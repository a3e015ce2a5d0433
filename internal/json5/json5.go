// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package json5 reads JSON5 (spec.json5.org, 1.0.0), the format of
// module.json5, and says in which line each value stands.
//
// It guarantees that every JSON5 text is read, that JSON is read as JSON, and
// that time and memory are bounded by the text's length whatever it holds:
// deeper than MaxDepth nothing is read. Of members with the same name the last
// one counts. It writes nothing, and keeps no comments.
package json5

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxDepth is how deep objects and arrays may stand in each other.
const MaxDepth = 500

// Kind is what a value is.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String returns the kind's name, with its article.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// Value is one value of a text. A nil *Value stands for one that is not there:
// every method takes it.
type Value struct {
	kind    Kind
	line    int
	text    string
	items   []*Value
	members []Member
}

// Member is a name of an object and its value.
type Member struct {
	Name string
	// Line is where the name stands, from 1.
	Line  int
	Value *Value
}

// SyntaxError says where a text is no JSON5, and why.
type SyntaxError struct {
	// Line and Column count from 1; Column counts bytes.
	Line, Column int
	Why          string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Why)
}

// Parse reads a text that is one value. The error is a *SyntaxError.
func Parse(text []byte) (*Value, error) {
	s := &scanner{text: strings.TrimPrefix(string(text), "\ufeff"), line: 1}
	v, err := s.value(0)
	if err == nil {
		err = s.space()
	}
	if err == nil && s.at < len(s.text) {
		err = s.fail("something follows the value")
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Kind says what the value is; Null for one that is not there.
func (v *Value) Kind() Kind {
	if v == nil {
		return Null
	}
	return v.kind
}

// Line is where the value begins, from 1; 0 for one that is not there.
func (v *Value) Line() int {
	if v == nil {
		return 0
	}
	return v.line
}

// Get returns the member of that name, nil if there is none.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := len(v.members) - 1; i >= 0; i-- {
		if v.members[i].Name == name {
			return v.members[i].Value
		}
	}
	return nil
}

// Members returns an object's members, in the text's order.
func (v *Value) Members() []Member {
	if v == nil {
		return nil
	}
	return v.members
}

// Items returns an array's elements.
func (v *Value) Items() []*Value {
	if v == nil {
		return nil
	}
	return v.items
}

// Text returns a string's text, or a number or boolean as it is written; "" for
// anything else.
func (v *Value) Text() string {
	if v == nil {
		return ""
	}
	return v.text
}

// True reports whether the value is the boolean true.
func (v *Value) True() bool { return v != nil && v.kind == Bool && v.text == "true" }

// Int returns a whole number, also a hexadecimal one, and whether it is one.
func (v *Value) Int() (int, bool) {
	if v == nil || v.kind != Number {
		return 0, false
	}
	text := strings.TrimPrefix(v.text, "+")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return int(n), true
	}
	if lower := strings.ToLower(text); strings.HasPrefix(strings.TrimPrefix(lower, "-"), "0x") {
		n, err := strconv.ParseInt(lower, 0, 64)
		return int(n), err == nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}
