// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// Token is a Push Token. It identifies app, device and local user, and whoever
// holds it together with a service account can push: so it prints, logs and
// marshals as its fingerprint, and only Reveal gives the value away.
//
// Push Kit documents no fixed length ("do not check it"). The zero Token means
// that there is none. Tokens compare with ==, and serve as map keys.
type Token struct {
	sealed string
}

// NewToken wraps the value that the platform gave; "" is the zero Token.
func NewToken(value string) Token {
	if value == "" {
		return Token{}
	}
	return Token{seals.seal(value)}
}

// Reveal returns the token itself, for the one place that must send it ("" if
// there is none).
func (t Token) Reveal() string {
	if t.IsZero() {
		return ""
	}
	return seals.open(t.sealed)
}

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t == Token{} }

// Equal is ==, for libraries that look for the method (go-cmp).
func (t Token) Equal(other Token) bool { return t == other }

// Fingerprint returns "token:" and eight hex digits of the token's SHA-256:
// enough to tell tokens apart, useless to whoever finds it in a log. The zero
// Token's fingerprint is "token:none".
func (t Token) Fingerprint() string {
	if t.IsZero() {
		return "token:none"
	}
	sum := sha256.Sum256([]byte(t.Reveal()))
	return "token:" + hex.EncodeToString(sum[:4])
}

// String returns the fingerprint.
func (t Token) String() string { return t.Fingerprint() }

// GoString returns the fingerprint, so that %#v is no leak.
func (t Token) GoString() string { return t.Fingerprint() }

// GomegaString returns the fingerprint, for failed expectations.
func (t Token) GomegaString() string { return t.Fingerprint() }

// Format prints the fingerprint whatever the verb.
func (t Token) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(t.Fingerprint())) }

// LogValue logs the fingerprint.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.Fingerprint()) }

// MarshalText writes the fingerprint: a Token in a report is no leak. There is
// no way back, so Token reads no text.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.Fingerprint()), nil }
