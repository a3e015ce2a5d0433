// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
)

// secrets are what a request holds and no answer may bring into the open.
type secrets struct {
	tokens []push.Token
	// revealed are the same tokens in plain text.
	revealed []string
	// authorization is the header's value.
	authorization string
}

// The lengths to which an answer's texts are cut, in characters: its text, and
// what identifies something.
const (
	maxMsg = 500
	maxID  = 100
)

// minSecretBytes is shorter than any token: a text below it holds none.
const minSecretBytes = 16

// redact replaces tokens by their fingerprints, and the JWT, and cuts the text.
func (s secrets) redact(text string, most int) string {
	if len(text) < minSecretBytes {
		return text
	}
	for i, plain := range s.revealed {
		if plain != "" && strings.Contains(text, plain) {
			// The brackets keep the fingerprint from completing another token.
			text = strings.ReplaceAll(text, plain, "["+s.tokens[i].Fingerprint()+"]")
		}
	}
	if jwt := strings.TrimPrefix(s.authorization, "Bearer "); jwt != "" {
		text = strings.ReplaceAll(text, jwt, "(the JWT)")
	}
	if len(text) > most {
		text = fmt.Sprintf("%.*s", most, text)
	}
	return text
}
