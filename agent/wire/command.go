// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/json"
)

// Command asks the agent to do something; see the Cmd constants.
type Command struct {
	ID            uint64          `json:"id"`
	Name          string          `json:"name"`
	Args          json.RawMessage `json:"args,omitempty"`
	TimeoutMillis int64           `json:"timeoutMillis"`
}

// FrameType implements Frame.
func (*Command) FrameType() Type { return TypeCommand }

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
	CmdLiveViewGet          = "liveview.get"
	CmdLog                  = "log"
	CmdFlush                = "flush"
)

// Result answers a Command.
type Result struct {
	ID    uint64          `json:"id"`
	Value json.RawMessage `json:"value,omitempty"`
	Error *Failure        `json:"error,omitempty"`
}

// FrameType implements Frame.
func (*Result) FrameType() Type { return TypeResult }

// Failure is an error that crosses the wire.
type Failure struct {
	// Code is the platform's (1000900010, 1600004, ...) or one of the Code
	// constants.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error implements error.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }
