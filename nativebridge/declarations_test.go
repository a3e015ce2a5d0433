// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// declarations are what Index.d.ts declares. The parser knows what that file
// needs and no more: what it does not know is an error.
type declarations struct {
	// codes are the errors, of the comment at the head of the file.
	codes      map[int]string
	unions     map[string][]string
	interfaces map[string][]member
	functions  []member
}

type member struct {
	name     string
	optional bool
	of       typescript
}

// typescript is a type: the name of one, a choice, or a function.
type typescript struct {
	name   string
	choice []typescript
	params []member
	result *typescript
}

// String writes it as Index.d.ts does.
func (t typescript) String() string {
	switch {
	case t.result != nil && t.name == "Promise":
		return "Promise<" + t.result.String() + ">"
	case t.result != nil:
		params := make([]string, len(t.params))
		for i, p := range t.params {
			optional := ""
			if p.optional {
				optional = "?"
			}
			params[i] = p.name + optional + ": " + p.of.String()
		}
		return "(" + strings.Join(params, ", ") + ") => " + t.result.String()
	case t.choice != nil:
		each := make([]string, len(t.choice))
		for i, c := range t.choice {
			each[i] = c.String()
		}
		return strings.Join(each, " | ")
	}
	return t.name
}

var (
	comment = regexp.MustCompile(`(?s)^/\*\*?.*?\*/|^//[^\n]*`)
	word    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
	quoted  = regexp.MustCompile(`^'[A-Za-z0-9]+'`)
	sign    = regexp.MustCompile(`^(=>|[{}()<>:;,?|=])`)
	code    = regexp.MustCompile(`(?m)^ \*  ? ?(\d+)  (.+)$`)
)

// parser reads tokens; the first error ends it.
type parser struct {
	tokens []string
	at     int
	err    error
}

func parseDeclarations(text string) (*declarations, error) {
	d := &declarations{codes: map[int]string{}, unions: map[string][]string{}, interfaces: map[string][]member{}}
	for _, row := range code.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(row[1])
		if _, twice := d.codes[n]; err != nil || twice {
			return nil, fmt.Errorf("code %s is no number, or there twice", row[1])
		}
		d.codes[n] = row[2]
	}
	p := &parser{}
	line := 1
	for rest := text; rest != ""; {
		token := ""
		for _, r := range []*regexp.Regexp{comment, word, quoted, sign} {
			if token = r.FindString(rest); token != "" {
				if r != comment {
					p.tokens = append(p.tokens, token)
				}
				break
			}
		}
		if token == "" {
			if token = rest[:1]; !strings.Contains(" \n", token) {
				return nil, fmt.Errorf("line %d: nothing is known that begins with %.10q", line, rest)
			}
		}
		line += strings.Count(token, "\n")
		rest = rest[len(token):]
	}
	for p.err == nil && p.at < len(p.tokens) {
		p.declaration(d)
	}
	return d, p.err
}

func (p *parser) fail(want string) {
	if p.err == nil {
		from := max(0, p.at-3)
		p.err = fmt.Errorf("behind %q: want %s", strings.Join(p.tokens[from:min(len(p.tokens), p.at+1)], " "), want)
	}
}

func (p *parser) peek() string {
	if p.err != nil || p.at >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.at]
}

// take takes a token if it is the one.
func (p *parser) take(token string) bool {
	if p.peek() != token {
		return false
	}
	p.at++
	return true
}

func (p *parser) need(tokens ...string) {
	for _, token := range tokens {
		if !p.take(token) {
			p.fail(token)
		}
	}
}

func (p *parser) name() string {
	name := p.peek()
	if word.FindString(name) == "" {
		p.fail("a name")
		return ""
	}
	p.at++
	return name
}

func (p *parser) declaration(d *declarations) {
	p.need("export")
	switch {
	case p.take("type"):
		name := p.name()
		p.need("=")
		d.unions[name] = p.union()
	case p.take("interface"):
		name := p.name()
		if d.interfaces[name] != nil {
			p.fail("a name that is not there yet")
		}
		p.need("{")
		for !p.take("}") && p.err == nil {
			d.interfaces[name] = append(d.interfaces[name], p.member())
			p.need(";")
		}
	case p.take("const"):
		m := p.member()
		if m.optional || m.of.result == nil {
			p.fail("a function")
		}
		d.functions = append(d.functions, m)
		p.need(";")
	default:
		p.fail("type, interface or const")
	}
}

// union reads 'a' | 'b';
func (p *parser) union() (all []string) {
	for {
		text := p.peek()
		if quoted.FindString(text) == "" {
			p.fail("a quoted text")
			return nil
		}
		p.at++
		all = append(all, strings.Trim(text, "'"))
		if !p.take("|") {
			p.need(";")
			return all
		}
	}
}

func (p *parser) member() member {
	m := member{name: p.name(), optional: p.take("?")}
	p.need(":")
	m.of = p.typ()
	return m
}

func (p *parser) typ() typescript {
	first := p.single()
	if p.peek() != "|" {
		return first
	}
	all := []typescript{first}
	for p.take("|") {
		all = append(all, p.single())
	}
	return typescript{choice: all}
}

func (p *parser) single() typescript {
	if !p.take("(") {
		t := typescript{name: p.name()}
		if t.name == "Promise" {
			p.need("<")
			of := p.typ()
			t.result = &of
			p.need(">")
		}
		return t
	}
	var t typescript
	for p.err == nil && !p.take(")") {
		if len(t.params) > 0 {
			p.need(",")
		}
		t.params = append(t.params, p.member())
	}
	p.need("=>")
	of := p.typ()
	t.result = &of
	return t
}

func TestTheParserIsStrict(t *testing.T) {
	for _, text := range []string{
		"const f: () => void;", "export const f: string;", "export const f: () => void", "export const f?: () => void;",
		"export function f(): void;", "export enum E {}", "export type T = string;", "export type T = 'a' | ;",
		"export interface I { a: string }", "export interface I { a(): void; }", "export interface I { a: string; } export interface I { b: string; }",
		"export const f: (a string) => void;", "export const f: (a: string b: string) => void;", "export const f: () => Promise;",
		"export const f: () => string[];", "export const f: () => { a: string };", "export default f;", "/* open",
		"export interface I { readonly a: string; }", "\t", "export", "export interface I {",
		"/**\n *   1  a\n *   1  b\n */",
	} {
		if d, err := parseDeclarations(text); err == nil {
			t.Errorf("%q was taken for %+v", text, d)
		}
	}
	d, err := parseDeclarations(`/** x
 *   7  seven: the code
 */
// y
export type T = 'a' | 'b';
export interface I { a?: T; b: string | undefined; }
export const f: (a: I, b?: (c: number) => void) => Promise<I>;`)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		d.codes[7]:                         "seven: the code",
		strings.Join(d.unions["T"], " "):   "a b",
		d.interfaces["I"][0].name:          "a",
		d.interfaces["I"][0].of.String():   "T",
		d.interfaces["I"][1].of.String():   "string | undefined",
		d.functions[0].of.String():         "(a: I, b?: (c: number) => void) => Promise<I>",
		fmt.Sprint(len(d.interfaces["I"])): "2",
		fmt.Sprint(d.interfaces["I"][0].optional, d.interfaces["I"][1].optional): "true false",
	} {
		if got != want {
			t.Errorf("read %q, want %q", got, want)
		}
	}
}
