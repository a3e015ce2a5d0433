// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session

import (
	"fmt"
	"log/slog"
)

// Secret is a run's token. It prints, logs and marshals as "[redacted]"; only
// the conversion to []byte gives it away.
type Secret []byte

const redacted = "[redacted]"

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]", so that %#v is no leak.
func (s Secret) GoString() string { return redacted }

// Format prints "[redacted]" whatever the verb: %x would otherwise print the
// bytes.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue logs "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText writes "[redacted]": a session in a report is no leak. Param and
// Save write the token by their own form.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
