// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"math/rand/v2"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// kinds has those more often that have more members.
var kinds = append(push.Kinds(), push.KindLiveView, push.KindLiveView, push.KindLiveView, push.KindAlert, push.KindForm)

// example makes up a request: one of fixtures, altered some times.
func (p *pool) example(r *rand.Rand) example {
	from, pushType := p.valid, pick(r, kinds).PushType()
	if r.IntN(6) == 0 {
		from = p.invalid
	}
	e := pick(r, from[pushType]).clone()
	if e.options == nil && r.IntN(2) == 0 {
		e.options = &node{object: true, members: []member{{`"testMessage"`, leaf("false")}}}
	}
	// Most often one: it then has one fault, or none.
	for range []int{0, 1, 1, 1, 1, 2, 2, 3, 5}[r.IntN(9)] {
		p.alter(r, &e)
	}
	return e
}

// alter does one thing to a request.
func (p *pool) alter(r *rand.Rand, e *example) {
	switch n := r.IntN(100); {
	case n < 70:
		p.alterTree(r, e.payload, "payload")
	case n < 84:
		if e.options == nil {
			e.options = &node{object: true}
		}
		p.alterOption(r, e.options)
	case n < 92:
		alterTokens(r, e)
	case n < 97:
		p.resize(r, e)
	case n < 99:
		e.pushType = pick(r, pushTypes)
	default:
		e.payload = leafOrMore(pick(r, odd))
	}
}

var pushTypes = func() []int {
	types := []int{-1, 3, 4, 5, 8, 9, 11, 1 << 31}
	for _, kind := range push.Kinds() {
		types = append(types, kind.PushType())
	}
	return types
}()

var optionNames = []string{"testMessage", "ttl", "biTag", "receiptId", "collapseKey", "backgroundMode"}

// alterOption sets, adds or drops a member of pushOptions.
func (p *pool) alterOption(r *rand.Rand, options *node) {
	if r.IntN(3) == 0 && len(options.members) > 0 {
		p.alterTree(r, options, "pushOptions")
		return
	}
	name := pick(r, optionNames)
	set := member{quoted(name), p.any(r, name)}
	for i, m := range options.members {
		if m.name() == name {
			options.members[i] = set
			return
		}
	}
	options.members = append(options.members, set)
}

// alterTree does something to a place in a value.
func (p *pool) alterTree(r *rand.Rand, top *node, name string) {
	type place struct {
		n    *node
		name string
	}
	var places []place
	top.walk("", nil, func(n *node, name string, _ []string) {
		if n.leaf == "" {
			places = append(places, place{n, name})
		}
	})
	if len(places) == 0 {
		*top = *p.any(r, name)
		return
	}
	at := pick(r, places)
	if at.n.object {
		p.alterObject(r, at.n, p.below[at.name])
	} else {
		p.alterArray(r, at.n, at.name)
	}
}

// alterObject changes one member of an object, or adds one; usual are those that
// such an object has.
func (p *pool) alterObject(r *rand.Rand, n *node, usual []string) {
	if len(n.members) == 0 || r.IntN(3) == 0 {
		name := pick(r, p.names)
		if len(usual) > 0 && r.IntN(6) > 0 {
			name = pick(r, usual)
		} else if r.IntN(3) == 0 {
			name = pick(r, []string{"unknown", "slotType", "", "Title", "title ", "notification", "字", "datashareproxy://x", "a.b", "text"})
		}
		n.members = append(n.members, member{quoted(name), p.any(r, name)})
		return
	}
	i := r.IntN(len(n.members))
	m := &n.members[i]
	switch r.IntN(12) {
	case 0, 1:
		n.members = append(n.members[:i:i], n.members[i+1:]...)
	case 2: // the same name twice, in either order
		twin := member{m.key, p.any(r, m.name())}
		if r.IntN(2) == 0 {
			n.members = append(n.members, twin)
		} else {
			n.members = append([]member{twin}, n.members...)
		}
	case 3:
		m.value = leaf("null")
	case 4:
		m.key = respelt(r, m.key)
	default:
		m.value = p.any(r, m.name())
	}
}

// respelt writes a name otherwise: the same with an escape, or another one.
func respelt(r *rand.Rand, key string) string {
	inner := key[1 : len(key)-1]
	if inner == "" || inner[0] == '\\' || inner[0] >= 0x80 {
		return key
	}
	if r.IntN(2) == 0 {
		const hex = "0123456789abcdef"
		return `"\u00` + string(hex[inner[0]>>4]) + string(hex[inner[0]&15]) + inner[1:] + `"`
	}
	return `"` + strings.ToUpper(inner) + `"`
}

func (p *pool) alterArray(r *rand.Rand, n *node, name string) {
	if len(n.items) == 0 || r.IntN(4) == 0 {
		n.items = append(n.items, p.any(r, name))
		return
	}
	i := r.IntN(len(n.items))
	switch r.IntN(5) {
	case 0:
		n.items = append(n.items[:i:i], n.items[i+1:]...)
	case 1:
		for range r.IntN(4) + 1 {
			n.items = append(n.items, n.items[i].clone())
		}
	case 2:
		n.items = nil
	case 3:
		n.items[i] = leaf("null")
	default:
		n.items[i] = p.any(r, name)
	}
}

// alterTokens changes how many tokens there are, or one of them.
func alterTokens(r *rand.Rand, e *example) {
	test, all := int(fixtures.LimitOf("tokens.test.max")), int(fixtures.LimitOf("tokens.max"))
	if r.IntN(2) == 0 {
		n := pick(r, []int{0, 0, 1, 2, 2, test - 1, test, test + 1, test + 2})
		if r.IntN(12) == 0 {
			n = pick(r, []int{all - 1, all, all + 1})
		}
		e.tokens = make([]int, n)
		for i := range e.tokens {
			e.tokens[i] = i
		}
		return
	}
	wrong := pick(r, []int{emptyToken, paddedToken, 0, 1})
	if r.IntN(2) == 0 || len(e.tokens) == 0 {
		e.tokens = append(e.tokens, wrong)
		return
	}
	e.tokens[r.IntN(len(e.tokens))] = wrong
}

// resize lengthens a text until the body has about as many bytes as it may.
func (p *pool) resize(r *rand.Rand, e *example) {
	var texts []*node
	for _, top := range []*node{e.payload, e.options} {
		if top == nil {
			continue
		}
		top.walk("", nil, func(n *node, name string, _ []string) {
			switch name {
			case "extraData", "title", "body", "text_key", "moduleName", "sound", "uri", "unknown":
				if n.isText() {
					texts = append(texts, n)
				}
			}
		})
	}
	if len(texts) == 0 {
		return
	}
	at := pick(r, texts)
	unit := pick(r, letters)
	want := int(fixtures.LimitOf("body.max")) + pick(r, []int{-1, 0, 0, 1, 1, 2, 3, 100})
	missing := want - e.size()
	if missing < len(unit) {
		return
	}
	filled := strings.Repeat(unit, missing/len(unit)) + strings.Repeat("a", missing%len(unit))
	at.leaf = at.leaf[:len(at.leaf)-1] + filled + `"`
}

// size is how many bytes the client's body has with an empty array of tokens.
func (e example) size() int {
	n := len(`{"payload":,"target":{"token":[]},"pushOptions":}`) + len(e.payload.bytes())
	switch set := e.options.get("testMessage"); {
	case e.options == nil || len(e.options.members) == 0:
		return n + len(`{"testMessage":true}`)
	case set == nil:
		return n + len(e.options.bytes()) + len(`"testMessage":true,`)
	}
	return n + len(e.options.bytes())
}
