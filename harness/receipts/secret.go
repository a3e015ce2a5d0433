// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a key or a token. It prints, logs and marshals as "redacted", in
// whatever it is held; only Reveal gives the value away. The zero Secret means
// that there is none.
type Secret struct {
	// open is a function because fmt prints what unexported fields hold, and
	// of a function its address.
	open func() string
}

// NewSecret wraps a value; "" is the zero Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{func() string { return value }}
}

// Reveal returns the value, "" if there is none.
func (s Secret) Reveal() string {
	if s.open == nil {
		return ""
	}
	return s.open()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.open == nil }

const redacted = "redacted"

// String hides the secret.
func (s Secret) String() string { return redacted }

// GoString hides the secret.
func (s Secret) GoString() string { return redacted }

// Format hides the secret whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// equal compares in a time that depends on neither.
func (s Secret) equal(other string) bool {
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(other))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// secretMax bounds a file that holds a secret.
const secretMax = 4 << 10

// LoadSecret reads a file that holds a secret and nothing else; white space
// around it does not count. The error never quotes the file.
func LoadSecret(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("read a secret: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, secretMax+1))
	if err != nil {
		return Secret{}, fmt.Errorf("read a secret: %w", err)
	}
	text := strings.TrimSpace(string(data))
	switch {
	case len(data) > secretMax:
		err = errors.New("the file is longer than a secret")
	case text == "":
		err = errors.New("the file is empty")
	case strings.ContainsAny(text, "\r\n\x00"):
		err = errors.New("the file has more than one line")
	default:
		return NewSecret(text), nil
	}
	return Secret{}, fmt.Errorf("read a secret from %s: %w", path, err)
}
