// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Witness names a source of evidence.
type Witness string

// The witnesses that are not arrivals.
const (
	// Accepted is the REST answer. It proves acceptance, never arrival.
	Accepted Witness = "accepted"
	// Receipt is Push Cloud's delivery callback (receipts V2).
	Receipt Witness = "receipt"
	// Tree is a sighting in the UI tree (uitest dumpLayout).
	Tree Witness = "ui-tree"
	// Eyes is what the app itself gets from
	// notificationManager.getActiveNotifications.
	Eyes Witness = "own-eyes"
	// Older is an older message that the newest should have replaced or ended:
	// its arrival, or that it is still shown.
	Older Witness = "older-message"
	// Call is a window of an incoming call on the display.
	Call Witness = "call-window"
)

// Arrival returns the witness "the agent was handed the message by this way".
func Arrival(via push.Via) Witness { return Witness("arrival:" + via.String()) }

// Early returns the witness "it arrived by this way before it should have", of
// messages that the system keeps.
func Early(via push.Via) Witness { return Witness("early:" + via.String()) }

// Answer is the short form of a testimony.
type Answer string

// The answers.
const (
	// Waiting: nothing yet, it may still speak.
	Waiting Answer = "waiting"
	// Saw: it saw the message.
	Saw Answer = "saw"
	// Silent: its time has passed and it saw nothing.
	Silent Answer = "silent"
	// Denied: it says the contrary (a rejected send).
	Denied Answer = "denied"
	// Limited: a limit of the vendor was in the way.
	Limited Answer = "limited"
	// Mute: it cannot speak here, or is not configured.
	Mute Answer = "mute"
	// Broken: it should be able to speak, but device, hub or network failed.
	Broken Answer = "broken"
)

// Testimony is what one witness says of one message.
type Testimony struct {
	Witness Witness `json:"witness"`
	Answer  Answer  `json:"answer"`
	// At is when it saw, on the host's clock; zero unless Saw.
	At time.Time `json:"at,omitzero"`
	// Error bounds At's error after the translation from the device's clock.
	Error time.Duration `json:"errorNanos,omitempty"`
	// Detail says what was seen, or why it could not be.
	Detail string `json:"detail,omitempty"`
	// Closed says what ended the wait of a witness that stayed silent: a named
	// marker ("arrival via IM") or "window of 300ms".
	Closed string `json:"closed,omitempty"`
}

// String prints the testimony as one line.
func (t Testimony) String() string {
	line := fmt.Sprintf("%-18s %-8s", t.Witness, t.Answer)
	if t.Detail != "" {
		line += " " + t.Detail
	}
	if t.Closed != "" {
		line += " (closed by " + t.Closed + ")"
	}
	return line
}
