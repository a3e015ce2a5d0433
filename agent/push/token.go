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
// Push Kit documents no fixed length ("do not check it"); the empty Token
// means that there is none.
type Token string

// Reveal returns the token itself, for the one place that must send it.
func (t Token) Reveal() string { return string(t) }

// Fingerprint returns "token:" and eight hex digits of the token's SHA-256:
// enough to tell tokens apart, useless to whoever finds it in a log. The empty
// token's fingerprint is "token:none".
func (t Token) Fingerprint() string {
	if t == "" {
		return "token:none"
	}
	sum := sha256.Sum256([]byte(t))
	return "token:" + hex.EncodeToString(sum[:4])
}

// String returns the fingerprint.
func (t Token) String() string { return t.Fingerprint() }

// GoString returns the fingerprint, so that %#v is no leak.
func (t Token) GoString() string { return t.Fingerprint() }

// Format prints the fingerprint whatever the verb: %x and %q would otherwise
// print the bytes.
func (t Token) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(t.Fingerprint())) }

// LogValue logs the fingerprint.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.Fingerprint()) }

// MarshalText writes the fingerprint: a Token in a report is no leak.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.Fingerprint()), nil }
