// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// pool is what examples are made of: all that fixtures have.
type pool struct {
	// valid and invalid are the bodies of fixtures/messages, by push-type.
	valid, invalid map[int][]example
	// names are all members that occur, values what stands under each.
	names  []string
	values map[string][]*node
	// below are the names of members by that under which their object stands.
	below map[string][]string
	// numbers and texts are the limits and enumerations by name.
	limits []fixtures.Limit
	enums  []fixtures.Values
}

func newPool() *pool {
	p := &pool{
		valid: map[int][]example{}, invalid: map[int][]example{}, values: map[string][]*node{},
		below: map[string][]string{}, limits: fixtures.Limits(), enums: fixtures.Enumerations(),
	}
	for _, c := range fixtures.Messages() {
		if !json.Valid(c.Body) || len(c.Body) > 20_000 {
			continue
		}
		body := parse(c.Body)
		payload := body.get("payload")
		if payload == nil {
			continue
		}
		e := example{pushType: c.PushType, payload: payload, tokens: []int{0}}
		if options := body.get("pushOptions"); options != nil && options.object {
			e.options = options
		}
		for _, top := range []*node{e.payload, e.options} {
			if top == nil {
				continue
			}
			top.walk("", nil, func(n *node, name string, _ []string) {
				for _, m := range n.members {
					p.values[m.name()] = append(p.values[m.name()], m.value)
					if !slices.Contains(p.below[name], m.name()) {
						p.below[name] = append(p.below[name], m.name())
					}
				}
			})
		}
		into := p.invalid
		if c.Valid {
			into = p.valid
		}
		into[c.PushType] = append(into[c.PushType], e)
	}
	for name := range p.values {
		p.names = append(p.names, name)
	}
	slices.Sort(p.names)
	return p
}

// odd are values of every type that are at the edge of something.
var odd = []string{
	`null`, `true`, `false`, `{}`, `[]`, `[null]`, `[{}]`, `[[]]`, `{"":""}`, `""`, `" "`, `"a"`, `"0"`, `"true"`, `"null"`,
	`0`, `-0`, `1`, `-1`, `2`, `3`, `4`, `5`, `7`, `1.0`, `0.5`, `1e0`, `1E2`, `1e400`, `-1e400`, `1e-400`,
	`2147483647`, `2147483648`, `-2147483648`, `-2147483649`, `4294967296`, `9007199254740991`, `9007199254740992`, `9007199254740993`,
	`9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `-9223372036854775809`, `100000000000000000000000000000`,
	`"https://"`, `"https://x"`, `"HTTPS://x/a.png"`, `"http://x"`, `"https:x"`, `"https://%zz"`, `"https://x y"`, `"https://[::1"`, `"//x"`, `"https://标.cn/图.png"`,
	`"{{status}}"`, `"{{flightNo}}"`, `"{{trainNo}}"`, `"{{nonce}}"`, `"{{sta\u0074us}}"`, `"{{ status }}"`,
	`"#FF317AF7"`, `"#ff317af7"`, `"#317AF7"`, `"#GG317AF7"`, `"FF317AF7"`, `"#FFFFFFFF"`, `"#ffF1f3F5"`, `"red"`,
	`"+86 10-123#"`, `"10 86"`, `"+"`, `"#1"`, `"1\n"`, `"12345678901234567890"`, `"123456789012345678901"`,
	`"SYSTEM_REMINDER"`, `"NEWS"`, `"PLAY_VOICE"`, `"MARKETING"`, `"IM"`, `"im"`, `"ENABLE"`, `"enable"`,
	`"a\u0000b"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\/"`, `"\u2028"`, `"\u00e9"`, `"e\u0301"`, `"\ufeff"`, "\"\u202e\"", `"😀"`,
	"\"\xff\"", "\"a\xc3\"", "\"\xed\xa0\x80\"", // no UTF-8
	`"a\tb"`, `"a\u000bb"`, `"a\u00a0b"`, `"a\u3000b"`, `"a b"`, `"a=b/c+d-e_f"`, `"a.b"`,
	`{"tel":"10086"}`, `{"tel":""}`, `{"text":"a"}`, `[{"text":"a"},{"text":"b","foregroundColor":"#FF000000"}]`, `["a"]`, `["a","b"]`, `["a","b","c","d"]`, `["a",null]`,
}

// letters are units of text that differ in bytes, characters, and in how many
// bytes they are written with.
var letters = []string{"a", "a", "字", "😀", "é", `\u0061`, `\u5b57`, `\ud83d\ude00`, `\/`, " ", "7"}

// any returns a value for a member of that name: one from another message, the
// edge of a limit, one of an enumeration, or something odd.
func (p *pool) any(r *rand.Rand, name string) *node {
	switch own := p.values[name]; {
	case name == "category" && r.IntN(12) == 0:
		return leaf(pick(r, oldCategories))
	case len(own) > 0 && r.IntN(4) == 0:
		return pick(r, own).clone()
	case r.IntN(3) == 0:
		return p.edge(r, name)
	case r.IntN(4) == 0:
		return p.listed(r, name)
	case r.IntN(12) == 0:
		return pick(r, p.values[pick(r, p.names)]).clone()
	}
	return leafOrMore(pick(r, odd))
}

func leafOrMore(document string) *node { return parse([]byte(document)) }

// edge is a number or a text around a limit, rather around one of that name.
func (p *pool) edge(r *rand.Rand, name string) *node {
	limit := pick(r, p.limits)
	if own := slices.Collect(filter(p.limits, func(l fixtures.Limit) bool { return related(l.Name, name) })); len(own) > 0 && r.IntN(4) > 0 {
		limit = pick(r, own)
	}
	n := limit.Value
	switch r.IntN(3) {
	case 0:
		n--
	case 1:
		n++
	}
	long := limit.Unit == "bytes" || limit.Unit == "characters"
	if long && n >= 0 && n < 5000 && r.IntN(8) > 0 {
		unit := pick(r, letters)
		if limit.Unit == "bytes" && r.IntN(2) == 0 {
			n /= int64(len(unit))
		}
		return leaf(`"` + strings.Repeat(unit, int(n)) + `"`)
	}
	if r.IntN(12) == 0 {
		return text(strconv.FormatInt(n, 10))
	}
	return leaf(strconv.FormatInt(n, 10))
}

// listed is a value of an enumeration, rather of one of that name.
func (p *pool) listed(r *rand.Rand, name string) *node {
	enum := pick(r, p.enums)
	if own := slices.Collect(filter(p.enums, func(v fixtures.Values) bool { return related(v.Name, name) })); len(own) > 0 && r.IntN(5) > 0 {
		enum = pick(r, own)
	}
	value := pick(r, enum.Values)
	if _, err := strconv.Atoi(value); err == nil && r.IntN(8) > 0 {
		return leaf(value)
	}
	if r.IntN(8) == 0 {
		value = strings.ToLower(value)
	}
	return text(value)
}

// related reports whether a limit or an enumeration speaks of the member.
func related(entry, name string) bool {
	return slices.ContainsFunc(strings.Split(entry, "."), func(part string) bool { return part == name }) ||
		name == "firstLine" && strings.Contains(entry, "line") || name == "contentTitle" && strings.Contains(entry, "text")
}

func filter[T any](all []T, keep func(T) bool) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range all {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }
