// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/pushproof/pushproof/agent/push"
)

// Token reports the current Push Token. It is state, not a record: the agent
// sends it after each Welcome and after each change, and the hub keeps the
// value in memory only. It prints and logs the token's fingerprint; only
// Encode writes the value.
type Token struct {
	// Value is the token itself, "" if there is none.
	Value string `json:"value"`
	// Error is set if the platform refused: code (e.g. 1000900010) and text.
	Error *Failure `json:"error,omitempty"`
}

// FrameType implements Frame.
func (*Token) FrameType() Type { return TypeToken }

// Format prints the token's fingerprint, whatever the verb.
func (t Token) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// String returns the token's fingerprint, and the failure if there is one.
func (t Token) String() string {
	fingerprint := push.NewToken(t.Value).Fingerprint()
	if t.Error != nil {
		return fingerprint + " (" + t.Error.Error() + ")"
	}
	return fingerprint
}

// GomegaString is String, for failed expectations.
func (t Token) GomegaString() string { return t.String() }

// LogValue logs the token's fingerprint.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
