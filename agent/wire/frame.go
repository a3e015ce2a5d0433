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
