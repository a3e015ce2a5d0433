// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package spelling finds the known word that a misspelt one was meant to be.
//
// It guarantees that a suggestion is one of the known words, and that a word
// that is like none of them gets none. It does not guarantee that the
// suggestion is what was meant: it is for messages, and nothing is to be done
// by it.
package spelling

import (
	"fmt"
	"strings"
)

// Nearest returns the known word that is most like word, the first of several;
// case does not count, nor do hyphens, underscores and spaces. It is false if
// more than a third of the word, and more than one letter, would have to be
// changed.
func Nearest(word string, known []string) (string, bool) {
	plain := fold(word)
	best, least := "", len(plain)/3+1
	if len(plain) < 3 {
		least = 1
	} else if least < 2 {
		least = 2
	}
	for _, k := range known {
		if d := distance(plain, fold(k)); d < least || d == 0 {
			best, least = k, d
		}
		if least == 0 {
			break
		}
	}
	return best, best != ""
}

// Suggest returns `; did you mean "known"?`, or "" where nothing is like it.
func Suggest(word string, known []string) string {
	if best, ok := Nearest(word, known); ok {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

var separators = strings.NewReplacer("-", "", "_", "", " ", "")

func fold(word string) []rune { return []rune(separators.Replace(strings.ToLower(word))) }

// distance counts the letters to insert, leave out, replace or swap with their
// neighbour to make b of a (optimal string alignment).
func distance(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
