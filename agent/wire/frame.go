// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package wire defines the frames between agent and hub: JSON objects, one a
// websocket text message, told apart by their "type".
//
// The order is: agent open, hub challenge, agent hello, hub welcome; then
// records, acks, commands and heartbeats in any order until goodbye. Neither
// side says anything of itself before the other has proved that it knows the
// run's token (see Proof).
//
// It guarantees that unknown fields are ignored, that an unknown type is a
// typed error (*UnknownTypeError) and that no frame above MaxFrame is read or
// written. It does no I/O and keeps no state.
package wire

import (
	"encoding/json"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Version is the protocol version of this package. A change that an older
// peer would misread gets a new number; a new optional field does not.
const Version = 1

// MaxFrame is the largest frame in bytes, either way. A push body is at most
// 4096 bytes; the largest frame is a result that lists 24 notifications or the
// log ring.
const MaxFrame = 256 << 10

// Type names a frame.
type Type string

// The types of frames.
const (
	TypeOpen      Type = "open"
	TypeChallenge Type = "challenge"
	TypeHello     Type = "hello"
	TypeWelcome   Type = "welcome"
	TypeToken     Type = "token"
	TypeArrival   Type = "arrival"
	TypeLoss      Type = "loss"
	TypeAck       Type = "ack"
	TypeCommand   Type = "command"
	TypeResult    Type = "result"
	TypeHeartbeat Type = "heartbeat"
	TypeGoodbye   Type = "goodbye"
	TypeError     Type = "error"
)

// Frame is one of the pointer types of this package.
type Frame interface {
	// FrameType returns the frame's type.
	FrameType() Type
}

// Role is the process that an agent lives in.
type Role string

// The roles.
const (
	RoleMain      Role = "main"
	RoleExtension Role = "extension"
)

// Origin identifies one record for ever: Seq counts from 1 without gaps within
// an Epoch, the random id of one outbox. As a cursor it means "everything up
// to and including Seq".
type Origin struct {
	Install string `json:"install"`
	Role    Role   `json:"role"`
	Epoch   string `json:"epoch"`
	Seq     uint64 `json:"seq"`
}

// Device says what an agent runs on.
type Device struct {
	// Type is phone, tablet, 2in1, wearable or tv.
	Type      string `json:"type"`
	Model     string `json:"model"`
	API       int    `json:"api"`
	OSVersion string `json:"osVersion"`
	// BootID changes with every boot.
	BootID string `json:"bootId"`
}

// Open is the agent's first frame. It says nothing about the device, since the
// hub has proved nothing yet.
type Open struct {
	// Versions are the protocol versions that the agent speaks.
	Versions []int `json:"versions"`
	// Run is the run's id, by which the hub finds the token.
	Run string `json:"run"`
	// Nonce is 32 hex digits, fresh for each connection.
	Nonce string `json:"nonce"`
}

// Challenge answers Open.
type Challenge struct {
	// Version is the one that the hub chose.
	Version int `json:"version"`
	// Nonce is the hub's, 32 hex digits.
	Nonce string `json:"nonce"`
	// Proof is Proof(token, SideHub, run, open nonce, challenge nonce).
	Proof string `json:"proof"`
}

// Hello answers Challenge.
type Hello struct {
	// Proof is Proof(token, SideAgent, run, open nonce, challenge nonce).
	Proof string `json:"proof"`
	// Agent is the agent's version.
	Agent string `json:"agent"`
	// Label is the device's name in the run, as the session gave it.
	Label   string `json:"label"`
	Install string `json:"install"`
	Role    Role   `json:"role"`
	PID     int    `json:"pid"`
	Device  Device `json:"device"`
}

// Welcome ends the handshake.
type Welcome struct {
	Version int `json:"version"`
	// Cursors hold what the hub has of this install, an entry per role and
	// epoch. The agent sends what lies behind them.
	Cursors []Origin `json:"cursors"`
	// HeartbeatMillis is the hub's heartbeat period; an agent that hears
	// nothing for three of them dials again.
	HeartbeatMillis int `json:"heartbeatMillis"`
}

// Token reports the current Push Token. It is state, not a record: the agent
// sends it after each Welcome and after each change, and the hub keeps the
// value in memory only.
type Token struct {
	// Value is the token itself, "" if there is none.
	Value string `json:"value"`
	// Error is set if the platform refused: code (e.g. 1000900010) and text.
	Error *Failure `json:"error,omitempty"`
}

// Arrival is a record: something that the agent was handed.
type Arrival struct {
	Origin Origin   `json:"origin"`
	Via    push.Via `json:"via"`
	// Kind is the message's kind; a click is always KindAlert or
	// KindExtension, as far as the agent can tell.
	Kind push.Kind `json:"kind"`
	// Stage is the app's lifecycle stage then: dead, alive, visible, focused
	// (golang.org/x/mobile/event/lifecycle).
	Stage string `json:"stage"`
	// ReceivedAt is the device's clock.
	ReceivedAt time.Time `json:"receivedAt"`
	// Payload is a push.Payload with its token redacted, or the want's
	// parameters if Via is a click.
	Payload json.RawMessage `json:"payload"`
}

// Loss is a record: what the agent could not keep.
type Loss struct {
	Origin Origin `json:"origin"`
	// Count is how many records or deliveries were lost.
	Count uint64 `json:"count"`
	// Reason is queue-full, disk-full, too-old, too-many, too-large or torn.
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// From and To bound the sequence numbers of dropped records of Origin's
	// epoch; both are 0 for deliveries that never got a number.
	From uint64 `json:"from,omitempty"`
	To   uint64 `json:"to,omitempty"`
}

// Ack says what the hub has journaled.
type Ack struct {
	Cursors []Origin `json:"cursors"`
}

// Command asks the agent to do something; see the Cmd constants.
type Command struct {
	ID            uint64          `json:"id"`
	Name          string          `json:"name"`
	Args          json.RawMessage `json:"args,omitempty"`
	TimeoutMillis int64           `json:"timeoutMillis"`
}

// Result answers a Command.
type Result struct {
	ID    uint64          `json:"id"`
	Value json.RawMessage `json:"value,omitempty"`
	Error *Failure        `json:"error,omitempty"`
}

// Failure is an error that crosses the wire.
type Failure struct {
	// Code is the platform's (1000900010, 1600004, ...) or one of the Code
	// constants.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error implements error.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Heartbeat carries four time stamps in Unix nanoseconds: the hub sends T1,
// the agent adds T2 (received) and T3 (answered), the hub notes T4.
type Heartbeat struct {
	ID uint64 `json:"id"`
	T1 int64  `json:"t1"`
	T2 int64  `json:"t2,omitempty"`
	T3 int64  `json:"t3,omitempty"`
	T4 int64  `json:"t4,omitempty"`
}

// Goodbye announces an orderly end.
type Goodbye struct {
	Reason string `json:"reason"`
	// EndSession tells the agent to remove its session: the run is over.
	EndSession bool `json:"endSession,omitempty"`
}

// Error answers a frame that could not be used. After a fatal one the sender
// closes.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Frame is the type of the frame that it answers, as far as known.
	Frame Type `json:"frame,omitempty"`
	Fatal bool `json:"fatal,omitempty"`
}

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

// Names of commands.
const (
	CmdEcho                 = "echo"
	CmdState                = "state"
	CmdTokenGet             = "token.get"
	CmdTokenDelete          = "token.delete"
	CmdNotificationsActive  = "notifications.active"
	CmdNotificationsEnabled = "notifications.enabled"
	CmdNotificationsRequest = "notifications.request"
	CmdBadgeGet             = "badge.get"
	CmdLog                  = "log"
	CmdFlush                = "flush"
)

// FrameType implements Frame.
func (*Open) FrameType() Type { return TypeOpen }

// FrameType implements Frame.
func (*Challenge) FrameType() Type { return TypeChallenge }

// FrameType implements Frame.
func (*Hello) FrameType() Type { return TypeHello }

// FrameType implements Frame.
func (*Welcome) FrameType() Type { return TypeWelcome }

// FrameType implements Frame.
func (*Token) FrameType() Type { return TypeToken }

// FrameType implements Frame.
func (*Arrival) FrameType() Type { return TypeArrival }

// FrameType implements Frame.
func (*Loss) FrameType() Type { return TypeLoss }

// FrameType implements Frame.
func (*Ack) FrameType() Type { return TypeAck }

// FrameType implements Frame.
func (*Command) FrameType() Type { return TypeCommand }

// FrameType implements Frame.
func (*Result) FrameType() Type { return TypeResult }

// FrameType implements Frame.
func (*Heartbeat) FrameType() Type { return TypeHeartbeat }

// FrameType implements Frame.
func (*Goodbye) FrameType() Type { return TypeGoodbye }

// FrameType implements Frame.
func (*Error) FrameType() Type { return TypeError }
