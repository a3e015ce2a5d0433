// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package json5

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escapes are the characters that stand for another one after a backslash; any
// other stands for itself.
var escapes = map[rune]rune{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '0': 0}

// str reads a string in either kind of quotes.
func (s *scanner) str() (string, error) {
	quote, _ := s.next()
	unended := s.fail("the string that begins here has no end in its line")
	s.step(1)
	var text strings.Builder
	for {
		r, n := s.next()
		switch {
		case n == 0 || r == '\n' || r == '\r':
			return "", unended
		case r == quote:
			s.step(n)
			return text.String(), nil
		case r == '\\':
			s.step(n)
			if err := s.escape(&text); err != nil {
				return "", err
			}
		default:
			text.WriteRune(r)
			s.step(n)
		}
	}
}

// escape reads what follows a backslash.
func (s *scanner) escape(text *strings.Builder) error {
	r, n := s.next()
	switch {
	case n == 0:
		return s.fail("the text ends inside of a string")
	case strings.HasPrefix(s.text[s.at:], "\r\n"):
		s.step(1)
		s.step(1)
		return nil
	case endsLine(string(r)):
		s.step(n)
		return nil
	case r == 'x':
		s.step(n)
		unit, err := s.unit(2)
		text.WriteRune(unit)
		return err
	case r == 'u':
		s.step(n)
		return s.unicode(text)
	case r >= '1' && r <= '9' || r == '0' && len(s.text) > s.at+1 && strings.ContainsRune("0123456789", rune(s.text[s.at+1])):
		return s.fail("a digit is not to be escaped")
	}
	if other, special := escapes[r]; special {
		r = other
	}
	text.WriteRune(r)
	s.step(n)
	return nil
}

// unicode reads the digits of \u, and of a second one that makes a pair.
func (s *scanner) unicode(text *strings.Builder) error {
	first, err := s.unit(4)
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(first) && strings.HasPrefix(s.text[s.at:], `\u`) {
		before := *s
		s.step(2)
		second, err := s.unit(4)
		if err != nil {
			return err
		}
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			text.WriteRune(pair)
			return nil
		}
		*s = before
	}
	text.WriteRune(first) // half a pair becomes U+FFFD, as in encoding/json
	return nil
}

// unit reads so many hexadecimal digits.
func (s *scanner) unit(digits int) (rune, error) {
	if len(s.text)-s.at < digits {
		return 0, s.fail("the text ends inside of an escape")
	}
	unit, err := strconv.ParseUint(s.text[s.at:s.at+digits], 16, 16)
	if err != nil {
		return 0, s.fail("%q are no %d hexadecimal digits", s.text[s.at:s.at+digits], digits)
	}
	s.step(digits)
	return rune(unit), nil
}
