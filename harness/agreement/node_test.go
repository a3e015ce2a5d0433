// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

// node is a JSON value that can hold what encoding/json would lose: members of
// the same name, and numbers and texts as they are written.
type node struct {
	// leaf is a text, number, boolean or null as it is written, "" for others.
	leaf string
	// object tells an object from an array.
	object  bool
	members []member
	items   []*node
}

type member struct {
	// key is the name as it is written, with its quotes.
	key   string
	value *node
}

func leaf(text string) *node { return &node{leaf: text} }

// text is a leaf that holds a string.
func text(s string) *node { return leaf(quoted(s)) }

func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// parse reads what json.Valid takes.
func parse(document []byte) *node { return fromResult(gjson.ParseBytes(document)) }

func fromResult(r gjson.Result) *node {
	switch {
	case r.IsObject():
		n := &node{object: true}
		r.ForEach(func(key, value gjson.Result) bool {
			n.members = append(n.members, member{key.Raw, fromResult(value)})
			return true
		})
		return n
	case r.IsArray():
		n := &node{}
		for _, item := range r.Array() {
			n.items = append(n.items, fromResult(item))
		}
		return n
	}
	return leaf(r.Raw)
}

func (n *node) write(b *bytes.Buffer) {
	switch {
	case n.leaf != "":
		b.WriteString(n.leaf)
	case n.object:
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(m.key)
			b.WriteByte(':')
			m.value.write(b)
		}
		b.WriteByte('}')
	default:
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	}
}

func (n *node) bytes() []byte {
	if n == nil {
		return nil
	}
	var b bytes.Buffer
	n.write(&b)
	return b.Bytes()
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := &node{leaf: n.leaf, object: n.object}
	for _, m := range n.members {
		c.members = append(c.members, member{m.key, m.value.clone()})
	}
	for _, item := range n.items {
		c.items = append(c.items, item.clone())
	}
	return c
}

func (n *node) isNull() bool { return n.leaf == "null" }
func (n *node) isText() bool { return n.leaf != "" && n.leaf[0] == '"' }
func (n *node) isNumber() bool {
	return n.leaf != "" && (n.leaf[0] == '-' || n.leaf[0] >= '0' && n.leaf[0] <= '9')
}

// name is a member's name as it is meant.
func (m member) name() string { return gjson.Parse(m.key).Str }

// get returns the last member of that name, or nil.
func (n *node) get(name string) *node {
	var found *node
	if n != nil {
		for _, m := range n.members {
			if m.name() == name {
				found = m.value
			}
		}
	}
	return found
}

// walk visits the value and all below it, each with the name under which it
// stands (an element of an array has that of the array) and its way from the
// top.
func (n *node) walk(name string, way []string, visit func(n *node, name string, way []string)) {
	visit(n, name, way)
	for _, m := range n.members {
		m.value.walk(m.name(), append(way[:len(way):len(way)], m.name()), visit)
	}
	for _, item := range n.items {
		item.walk(name, append(way[:len(way):len(way)], "[]"), visit)
	}
}
