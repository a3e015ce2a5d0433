// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

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

// FrameType implements Frame.
func (*Open) FrameType() Type { return TypeOpen }

// Challenge answers Open.
type Challenge struct {
	// Version is the one that the hub chose.
	Version int `json:"version"`
	// Nonce is the hub's, 32 hex digits.
	Nonce string `json:"nonce"`
	// Proof is Proof(token, SideHub, run, open nonce, challenge nonce).
	Proof string `json:"proof"`
}

// FrameType implements Frame.
func (*Challenge) FrameType() Type { return TypeChallenge }

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

// FrameType implements Frame.
func (*Hello) FrameType() Type { return TypeHello }

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

// Welcome ends the handshake.
type Welcome struct {
	Version int `json:"version"`
	// Cursors hold what the hub has of this install, an entry per role and
	// epoch. The agent sends what lies behind them.
	Cursors Cursors `json:"cursors"`
	// HeartbeatMillis is the hub's heartbeat period; an agent that hears
	// nothing for three of them dials again.
	HeartbeatMillis int `json:"heartbeatMillis"`
}

// FrameType implements Frame.
func (*Welcome) FrameType() Type { return TypeWelcome }
