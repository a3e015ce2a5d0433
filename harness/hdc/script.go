// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"fmt"
	"strings"
)

// Script is several lines for the device's shell, of which one shell runs all:
// what a line sets holds for those behind it, and the exit status is the last
// command's, or that of exit. Nothing in it is quoted or redacted; only its
// size is shown. Its commands read nothing: their standard input is /dev/null.
//
// A channel carries no line breaks, and so the device's printf puts them
// together. (Claim hdc.script.)
func Script(text string) Command {
	if strings.ContainsRune(text, 0) {
		return Command{shown: "script", err: badArgument("script", "", "NUL cannot be sent")}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	shown := fmt.Sprintf("script of %d bytes", len(text))
	if strings.TrimSpace(text) == "" {
		return Command{shown: shown}
	}
	var b strings.Builder
	b.WriteString(`eval "$(printf %b '`)
	escaped := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\':
			b.WriteString(`\\`)
			escaped = false
		// Shells differ in how many digits they take behind \0: two are enough for
		// these, and no digit may follow.
		case c < ' ', c == '\'', escaped && c >= '0' && c <= '7':
			fmt.Fprintf(&b, `\0%02o`, c)
			escaped = true
		default:
			b.WriteByte(c)
			escaped = false
		}
	}
	b.WriteString(`')"`)
	return Command{text: b.String(), shown: shown}
}
