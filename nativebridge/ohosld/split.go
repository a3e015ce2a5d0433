// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"
)

var errQuote = errors.New("a quotation mark is not closed")

// splitCommand splits a command as the go command splits CC: at white space,
// but for what stands in quotation marks of either sort, which cannot be
// escaped. So a folder with a space can be named.
func splitCommand(s string) ([]string, error) {
	var fields []string
	for {
		s = strings.TrimLeft(s, " \t\n\r")
		if s == "" {
			return fields, nil
		}
		if s[0] == '"' || s[0] == '\'' {
			end := strings.IndexByte(s[1:], s[0])
			if end < 0 {
				return nil, errQuote
			}
			fields, s = append(fields, s[1:1+end]), s[2+end:]
			continue
		}
		end := strings.IndexAny(s, " \t\n\r")
		if end < 0 {
			end = len(s)
		}
		fields, s = append(fields, s[:end]), s[end:]
	}
}

// splitResponse splits a file of arguments as gcc and clang do: at white
// space, with quotation marks of either sort, and a backslash that takes the
// next character as it is.
func splitResponse(s string) ([]string, error) {
	var fields []string
	var field strings.Builder
	open, quote := false, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			field.WriteByte(s[i])
			open = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			field.WriteByte(c)
		case c == '"' || c == '\'':
			quote, open = c, true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if open {
				fields = append(fields, field.String())
				field.Reset()
				open = false
			}
		default:
			field.WriteByte(c)
			open = true
		}
	}
	if quote != 0 {
		return nil, errQuote
	}
	if open {
		fields = append(fields, field.String())
	}
	return fields, nil
}
