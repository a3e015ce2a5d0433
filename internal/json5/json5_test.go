// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package json5_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/internal/json5"
)

// plain turns a value into what encoding/json makes of the same, numbers as
// they are written.
func plain(v *json5.Value) any {
	switch v.Kind() {
	case json5.Null:
		return nil
	case json5.Bool:
		return v.True()
	case json5.Number:
		return json.Number(v.Text())
	case json5.String:
		return v.Text()
	case json5.Array:
		items := []any{}
		for _, item := range v.Items() {
			items = append(items, plain(item))
		}
		return items
	}
	members := map[string]any{}
	for _, m := range v.Members() {
		members[m.Name] = plain(m.Value)
	}
	return members
}

func TestWhatJSON5Adds(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want any
	}{
		"comments":            {"// a\n{/* b\n * c */\"d\": 1 // e\n,}/**/", map[string]any{"d": json.Number("1")}},
		"commas":              {"[[1,],{\"a\":2,},[],]", []any{[]any{json.Number("1")}, map[string]any{"a": json.Number("2")}, []any{}}},
		"names":               {`{a: 1, $b_2: 2, 'c d': 3, true: 4, 名: 5, \u0061e: 6}`, map[string]any{"a": json.Number("1"), "$b_2": json.Number("2"), "c d": json.Number("3"), "true": json.Number("4"), "名": json.Number("5"), "ae": json.Number("6")}},
		"quotes":              {`['it"s', "it's", 'it\'s']`, []any{`it"s`, "it's", "it's"}},
		"escapes":             {`'\x41\v\0\a\/\u4e2d\ud83d\ude00'`, "A\v\x00a/中😀"},
		"half a pair":         {`'\ud83d\u0041\ud83d'`, "\ufffdA\ufffd"},
		"lines":               {"'a\\\nb\\\r\nc\\\u2028d'", "abcd"},
		"a tab in a string":   {"'a\tb'", "a\tb"},
		"numbers":             {"[0x1F, .5, 5., +1, -Infinity, NaN, 1e3]", []any{json.Number("0x1F"), json.Number(".5"), json.Number("5."), json.Number("+1"), json.Number("-Infinity"), json.Number("NaN"), json.Number("1e3")}},
		"a byte order mark":   {"\ufeff{}", map[string]any{}},
		"white space":         {"\u00a0\v\f\u2003[\u2029]", []any{}},
		"the last one counts": {`{a: 1, a: 2}`, map[string]any{"a": json.Number("2")}},
		"an address":          {`{"a": "https://example.com/b"}`, map[string]any{"a": "https://example.com/b"}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := json5.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, plain(v)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNoJSON5(t *testing.T) {
	for text, want := range map[string]json5.SyntaxError{
		"":                       {Line: 1, Column: 1, Why: "the text ends where a value is expected"},
		"{a: 1,\n b: 'c\n}":      {Line: 2, Column: 5, Why: "the string that begins here has no end in its line"},
		"{\r\n\ta 1}":            {Line: 2, Column: 4, Why: `a colon is expected after the name "a"`},
		"[1 2]":                  {Line: 1, Column: 4, Why: `a comma or "]" is expected in an array`},
		"{a:1,,}":                {Line: 1, Column: 6, Why: "a member's name is expected"},
		"[,]":                    {Line: 1, Column: 2, Why: `"," is no value`},
		"{} x":                   {Line: 1, Column: 4, Why: "something follows the value"},
		"[1,\n /* b":             {Line: 2, Column: 2, Why: "the comment that begins here has no end"},
		"/ {}":                   {Line: 1, Column: 1, Why: "a comment begins with // or /*"},
		"[tru]":                  {Line: 1, Column: 2, Why: `"tru" is no value`},
		"[01]":                   {Line: 1, Column: 2, Why: `"01" is no value`},
		"[+-1]":                  {Line: 1, Column: 2, Why: `"+-1" is no value`},
		`"\u00g0"`:               {Line: 1, Column: 4, Why: `"00g0" are no 4 hexadecimal digits`},
		`'\01'`:                  {Line: 1, Column: 3, Why: "a digit is not to be escaped"},
		`{\x41: 1}`:              {Line: 1, Column: 2, Why: `only \u may be escaped in a name without quotes`},
		"{a: [1, {b: 2":          {Line: 1, Column: 14, Why: "the text ends inside of an object"},
		"{":                      {Line: 1, Column: 2, Why: "the text ends inside of an object"},
		"[":                      {Line: 1, Column: 2, Why: "the text ends where a value is expected"},
		`{a: "\`:                 {Line: 1, Column: 7, Why: "the text ends inside of a string"},
		`{a: "\u00`:              {Line: 1, Column: 8, Why: "the text ends inside of an escape"},
		strings.Repeat("[", 501): {Line: 1, Column: 501, Why: "objects and arrays stand more than 500 deep"},
	} {
		var got *json5.SyntaxError
		if _, err := json5.Parse([]byte(text)); !errors.As(err, &got) || *got != want {
			t.Errorf("%.40q: %v, want %v", text, err, &want)
		}
	}
}

func TestLines(t *testing.T) {
	v, err := json5.Parse([]byte("// one\r\n{\r\n  a: [\r\n    {b: /* five\r\n six */ true},\r\n  ],\n\n  'c':\n    'd',\n}"))
	if err != nil {
		t.Fatal(err)
	}
	got := []int{v.Line(), v.Get("a").Line(), v.Get("a").Items()[0].Line(), v.Get("a").Items()[0].Get("b").Line(), v.Members()[1].Line, v.Get("c").Line(), v.Get("none").Get("x").Line()}
	if diff := cmp.Diff([]int{2, 3, 4, 5, 8, 9, 0}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWholeNumbers(t *testing.T) {
	for text, want := range map[string]int{"12": 12, "-3": -3, "+4": 4, "0x1f": 31, "-0X10": -16, "1e3": 1000, "5.": 5} {
		v, err := json5.Parse([]byte(text))
		if got, ok := v.Int(); err != nil || !ok || got != want {
			t.Errorf("%s: %d %v %v", text, got, ok, err)
		}
	}
	for _, text := range []string{"1.5", "NaN", "-Infinity", "1e400", "'1'", "null", "0x10000000000000000"} {
		v, err := json5.Parse([]byte(text))
		if got, ok := v.Int(); err != nil || ok {
			t.Errorf("%s is whole: %d %v", text, got, err)
		}
	}
}

// Whatever encoding/json reads, this reads alike; and what it does not read has
// a place.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"module": {"abilities": [{"name": "A", "exported": true}]}}`, "{a: 'b', // c\n /* d */ e: [0x1F, .5,],}", `"\ud83d\ude00\x41\` + "\n" + `"`, "[[[[", "\ufeff[NaN,\u2028+1]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := json5.Parse(text)
		var at *json5.SyntaxError
		if err != nil && (!errors.As(err, &at) || at.Line < 1 || at.Column < 1 || at.Line > 1+len(text)) {
			t.Errorf("error %v", err)
		}
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.UseNumber()
		var want any
		if !json.Valid(text) || dec.Decode(&want) != nil || strings.Count(string(text), "[")+strings.Count(string(text), "{") > json5.MaxDepth {
			return
		}
		if err != nil {
			t.Fatalf("encoding/json reads it: %v", err)
		}
		if diff := cmp.Diff(want, plain(v)); diff != "" {
			t.Error(diff)
		}
	})
}
