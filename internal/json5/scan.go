// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package json5

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner stands at a byte of a text.
type scanner struct {
	text  string
	at    int
	line  int
	begin int // of the line
}

func (s *scanner) fail(format string, args ...any) error {
	return &SyntaxError{Line: s.line, Column: s.at - s.begin + 1, Why: fmt.Sprintf(format, args...)}
}

// next is the rune that comes, 0 at the end.
func (s *scanner) next() (rune, int) {
	if s.at >= len(s.text) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(s.text[s.at:])
}

// step passes n bytes, which hold no more than one line's end.
func (s *scanner) step(n int) {
	passed := s.text[s.at : s.at+n]
	s.at += n
	if endsLine(passed) && !(passed == "\r" && strings.HasPrefix(s.text[s.at:], "\n")) {
		s.line++
		s.begin = s.at
	}
}

func endsLine(s string) bool {
	return strings.ContainsAny(s, "\n\r\u2028\u2029")
}

// space passes white space and comments.
func (s *scanner) space() error {
	for {
		r, n := s.next()
		switch {
		case n == 0:
			return nil
		case r == '/':
			if err := s.comment(); err != nil {
				return err
			}
		case strings.ContainsRune("\t\v\f \n\r\u00a0\ufeff\u2028\u2029", r) || unicode.Is(unicode.Zs, r):
			s.step(n)
		default:
			return nil
		}
	}
}

func (s *scanner) comment() error {
	switch rest := s.text[s.at:]; {
	case strings.HasPrefix(rest, "//"):
		for {
			r, n := s.next()
			if n == 0 || endsLine(string(r)) {
				return nil
			}
			s.step(n)
		}
	case strings.HasPrefix(rest, "/*"):
		length := strings.Index(rest[2:], "*/")
		if length < 0 {
			return s.fail("the comment that begins here has no end")
		}
		for end := s.at + length + 4; s.at < end; {
			_, n := s.next()
			s.step(n)
		}
		return nil
	}
	return s.fail("a comment begins with // or /*")
}

// value reads what comes; depth is how many objects and arrays are around it.
func (s *scanner) value(depth int) (*Value, error) {
	if err := s.space(); err != nil {
		return nil, err
	}
	v := &Value{line: s.line}
	r, n := s.next()
	var err error
	switch {
	case n == 0:
		return nil, s.fail("the text ends where a value is expected")
	case (r == '{' || r == '[') && depth >= MaxDepth:
		return nil, s.fail("objects and arrays stand more than %d deep", MaxDepth)
	case r == '{':
		v.kind = Object
		v.members, err = s.object(depth)
	case r == '[':
		v.kind = Array
		v.items, err = s.array(depth)
	case r == '"' || r == '\'':
		v.kind = String
		v.text, err = s.str()
	default:
		v.kind, v.text, err = s.word()
	}
	return v, err
}

// more passes a comma, or the end; it reports whether another one may follow.
func (s *scanner) more(end byte, what string) (bool, error) {
	if err := s.space(); err != nil {
		return false, err
	}
	switch {
	case s.at >= len(s.text):
		return false, s.fail("the text ends inside of %s", what)
	case s.text[s.at] == ',':
		s.step(1)
		return true, s.space()
	case s.text[s.at] == end:
		return false, nil
	}
	return false, s.fail("a comma or %q is expected in %s", string(end), what)
}

func (s *scanner) array(depth int) ([]*Value, error) {
	s.step(1)
	items := []*Value{}
	err := s.space()
	for more := true; err == nil && more && !strings.HasPrefix(s.text[s.at:], "]"); {
		var item *Value
		if item, err = s.value(depth + 1); err == nil {
			items = append(items, item)
			more, err = s.more(']', "an array")
		}
	}
	if err == nil {
		s.step(1)
	}
	return items, err
}

func (s *scanner) object(depth int) ([]Member, error) {
	s.step(1)
	members := []Member{}
	err := s.space()
	for more := true; err == nil && more && !strings.HasPrefix(s.text[s.at:], "}"); {
		m := Member{Line: s.line}
		if m.Name, err = s.name(); err != nil {
			break
		}
		if err = s.space(); err == nil && !strings.HasPrefix(s.text[s.at:], ":") {
			err = s.fail("a colon is expected after the name %.40q", m.Name)
		}
		if err != nil {
			break
		}
		s.step(1)
		if m.Value, err = s.value(depth + 1); err == nil {
			members = append(members, m)
			more, err = s.more('}', "an object")
		}
	}
	if err == nil {
		s.step(1)
	}
	return members, err
}

// name reads a member's name: a string, or an identifier of ECMAScript 5.
func (s *scanner) name() (string, error) {
	r, n := s.next()
	switch {
	case n == 0:
		return "", s.fail("the text ends inside of an object")
	case r == '"' || r == '\'':
		return s.str()
	}
	var name strings.Builder
	for {
		r, n := s.next()
		if r == '\\' && n > 0 {
			if !strings.HasPrefix(s.text[s.at:], `\u`) {
				return "", s.fail("only \\u may be escaped in a name without quotes")
			}
			s.step(2)
			var err error
			if r, err = s.unit(4); err != nil {
				return "", err
			}
			n = 0
		} else if n == 0 {
			break
		}
		later := r == '\u200c' || r == '\u200d' || unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)
		if r != '$' && r != '_' && !unicode.In(r, unicode.L, unicode.Nl) && !(later && name.Len() > 0) {
			break
		}
		name.WriteRune(r)
		s.step(n)
	}
	if name.Len() == 0 {
		return "", s.fail("a member's name is expected")
	}
	return name.String(), nil
}

// number is a number of JSON5 less its sign.
var number = regexp.MustCompile(`^(?:Infinity|NaN|0[xX][0-9a-fA-F]+|(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$`)

// word reads a number, true, false or null.
func (s *scanner) word() (Kind, string, error) {
	length := strings.IndexFunc(s.text[s.at:], func(r rune) bool {
		return !strings.ContainsRune("+-.", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
	if length < 0 {
		length = len(s.text) - s.at
	}
	word := s.text[s.at : s.at+length]
	kind := Number
	switch {
	case word == "true" || word == "false":
		kind = Bool
	case word == "null":
		kind, word = Null, ""
	case !number.MatchString(strings.TrimPrefix(strings.TrimPrefix(word, "+"), "-")) || strings.HasPrefix(word, "+-"):
		if word == "" {
			r, _ := s.next()
			word = string(r)
		}
		return 0, "", s.fail("%.40q is no value", word)
	}
	s.step(length)
	return kind, word, nil
}
