// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shrink makes a request as small as it gets while wrong still says yes, with
// so many questions at most.
func shrink(e example, questions int, wrong func(example) bool) example {
	for {
		smaller := false
		for next := range smallerThan(e) {
			if questions--; questions < 0 {
				return e
			}
			if wrong(next) {
				e, smaller = next, true
				break
			}
		}
		if !smaller {
			return e
		}
	}
}

// smallerThan yields requests that lack something of e, the larger things
// first.
func smallerThan(e example) func(yield func(example) bool) {
	return func(yield func(example) bool) {
		try := func(alter func(*example)) bool {
			next := e.clone()
			alter(&next)
			return yield(next)
		}
		if e.options != nil && !try(func(n *example) { n.options = nil }) {
			return
		}
		if !slices.Equal(e.tokens, []int{0}) && !try(func(n *example) { n.tokens = []int{0} }) {
			return
		}
		if len(e.tokens) > 1 {
			for _, half := range [][]int{e.tokens[:len(e.tokens)/2], e.tokens[len(e.tokens)/2:], e.tokens[1:]} {
				if !try(func(n *example) { n.tokens = slices.Clone(half) }) {
					return
				}
			}
		}
		for _, top := range []func(*example) **node{func(n *example) **node { return &n.payload }, func(n *example) **node { return &n.options }} {
			if *top(&e) == nil {
				continue
			}
			for change := range lessOf(*top(&e)) {
				if !yield(replaced(e, top, change)) {
					return
				}
			}
		}
	}
}

func replaced(e example, top func(*example) **node, with *node) example {
	next := e.clone()
	*top(&next) = with
	return next
}

// lessOf yields values that lack something of n: a member or an element at any
// depth, the outer ones first, or a part of a leaf.
func lessOf(n *node) func(yield func(*node) bool) {
	return func(yield func(*node) bool) {
		for i := range n.members {
			less := n.clone()
			less.members = slices.Delete(less.members, i, i+1)
			if !yield(less) {
				return
			}
		}
		for i := range n.items {
			less := n.clone()
			less.items = slices.Delete(less.items, i, i+1)
			if !yield(less) {
				return
			}
		}
		for i := range n.members {
			for inner := range lessOf(n.members[i].value) {
				less := n.clone()
				less.members[i].value = inner
				if !yield(less) {
					return
				}
			}
		}
		for i := range n.items {
			for inner := range lessOf(n.items[i]) {
				less := n.clone()
				less.items[i] = inner
				if !yield(less) {
					return
				}
			}
		}
		for _, text := range shorter(n.leaf) {
			if !yield(leaf(text)) {
				return
			}
		}
	}
}

// shorter are leaves of the same type with less in them.
func shorter(text string) []string {
	switch {
	case len(text) < 2 || text[0] != '"':
		return nil
	case strings.ContainsRune(text, '\\') || len(text) < 4:
		// Half an escape would be none.
		return remove(text, `"a"`)
	}
	inner := text[1 : len(text)-1]
	return remove(text, `"a"`, `"`+inner[:len(inner)/2]+`"`, `"`+inner[:len(inner)-1]+`"`)
}

// remove returns the texts that are shorter than text.
func remove(text string, all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return len(s) >= len(text) })
}

// A request that shows a difference loses everything that has no part in it.
func TestShrink(t *testing.T) {
	for _, c := range []struct {
		name             string
		payload, options string
		tokens           int
		wrong            func(example) bool
		want             string
	}{
		{
			"one member deep inside", `{"a":[{"b":1},{"c":{"d":"long text","e":2}}],"f":null}`, `{"ttl":60}`, 7,
			func(e example) bool { return strings.Contains(string(e.payload.bytes()), `"d":"`) },
			`{"a":[{"c":{"d":"a"}}]}, options , 1 tokens`,
		},
		{
			"tokens and an option", `{"a":1}`, `{"ttl":60,"biTag":"x"}`, 40,
			func(e example) bool { return len(e.tokens) > 10 && e.options.get("ttl") != nil },
			`{}, options {"ttl":60}, 11 tokens`,
		},
		{
			"a length", `{"a":"` + strings.Repeat("x", 100) + `"}`, `{}`, 1,
			func(e example) bool { return len(e.payload.bytes()) >= 40 },
			`{"a":"` + strings.Repeat("x", 32) + `"}, options , 1 tokens`,
		},
	} {
		e := example{payload: parse([]byte(c.payload)), options: parse([]byte(c.options)), tokens: make([]int, c.tokens)}
		for i := range e.tokens {
			e.tokens[i] = i
		}
		e = shrink(e, 100_000, c.wrong)
		if diff := cmp.Diff(c.want, fmt.Sprintf("%s, options %s, %d tokens", e.payload.bytes(), e.options.bytes(), len(e.tokens))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"aaa":                         "aaa",
		strings.Repeat("a", 40) + "b": "a(x40)b",
		"<" + strings.Repeat(`\u5b57`, 700) + ">": `<\u5b57(x700)>`,
		strings.Repeat("字", 12):                   "字(x12)",
	} {
		if got := fold(text); got != want {
			t.Errorf("fold = %q, want %q", got, want)
		}
	}
}
