// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

// Heartbeat carries four time stamps in Unix nanoseconds: the hub sends T1,
// the agent adds T2 (received) and T3 (answered), the hub notes T4.
type Heartbeat struct {
	ID uint64 `json:"id"`
	T1 int64  `json:"t1"`
	T2 int64  `json:"t2,omitempty"`
	T3 int64  `json:"t3,omitempty"`
	T4 int64  `json:"t4,omitempty"`
}

// FrameType implements Frame.
func (*Heartbeat) FrameType() Type { return TypeHeartbeat }

// Goodbye announces an orderly end.
type Goodbye struct {
	Reason string `json:"reason"`
	// EndSession tells the agent to remove its session: the run is over.
	EndSession bool `json:"endSession,omitempty"`
}

// FrameType implements Frame.
func (*Goodbye) FrameType() Type { return TypeGoodbye }

// Error answers a frame that could not be used. After a fatal one the sender
// closes.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Frame is the type of the frame that it answers, as far as known.
	Frame Type `json:"frame,omitempty"`
	Fatal bool `json:"fatal,omitempty"`
}

// FrameType implements Frame.
func (*Error) FrameType() Type { return TypeError }

// Codes of Error and Failure that are this protocol's own.
const (
	CodeVersion     = "version"
	CodeUnknownRun  = "unknown-run"
	CodeProof       = "proof"
	CodeMalformed   = "malformed"
	CodeUnknownType = "unknown-type"
	CodeTooLarge    = "too-large"
	CodeOrder       = "order"
	CodeTimeout     = "timeout"
	CodeUnknown     = "unknown-command"
	CodeUnavailable = "unavailable"
	CodeStopped     = "stopped"
)
