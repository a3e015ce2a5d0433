// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/json"
	"time"

	"github.com/pushproof/pushproof/agent/push"
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

// Cursors is a list of cursors, at most one per role and epoch.
type Cursors []Origin

// MarshalJSON writes no cursors as an empty array, not as null.
func (c Cursors) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]Origin(c))
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

// FrameType implements Frame.
func (*Arrival) FrameType() Type { return TypeArrival }

// Loss is a record: what the agent could not keep.
type Loss struct {
	Origin Origin `json:"origin"`
	// Count is how many records or deliveries were lost.
	Count uint64 `json:"count"`
	// Reason is queue-full, disk-full, too-old, too-many, too-large, malformed, torn,
	// write-failed or other-install.
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// From and To bound the sequence numbers of dropped records of Origin's
	// epoch; both are 0 for deliveries that never got a number.
	From uint64 `json:"from,omitempty"`
	To   uint64 `json:"to,omitempty"`
}

// FrameType implements Frame.
func (*Loss) FrameType() Type { return TypeLoss }

// Ack says what the hub has journaled.
type Ack struct {
	Cursors Cursors `json:"cursors"`
}

// FrameType implements Frame.
func (*Ack) FrameType() Type { return TypeAck }
