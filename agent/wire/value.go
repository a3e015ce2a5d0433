// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import "time"

// State is the value of the state command.
type State struct {
	Stage      string    `json:"stage"`
	StageSince time.Time `json:"stageSince"`
	// Now is the device's clock at the answer.
	Now     time.Time `json:"now"`
	Pending int       `json:"pending"`
	Install string    `json:"install"`
	Role    Role      `json:"role"`
}

// TokenValue is the value of token.get. The token itself follows in a token
// frame; here stands its fingerprint.
type TokenValue struct {
	Fingerprint string `json:"fingerprint"`
}

// LiveViewID is the argument of liveview.get: an activityId, an int32.
type LiveViewID struct {
	ID int64 `json:"id"`
}

// LiveView is the value of liveview.get.
type LiveView struct {
	ID    int64  `json:"id"`
	Event string `json:"event"`
	// Sequence is the version, 4294967295 if nobody has given one.
	Sequence int64 `json:"sequence"`
	// Title and Text are the card's; the text's parts are joined.
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Notification is one entry of the value of notifications.active.
type Notification struct {
	ID           int       `json:"id"`
	Title        string    `json:"title"`
	Text         string    `json:"text"`
	AppMessageID string    `json:"appMessageId,omitempty"`
	Slot         string    `json:"slot,omitempty"`
	Badge        int       `json:"badge,omitempty"`
	DeliveredAt  time.Time `json:"deliveredAt,omitzero"`
	// Own is set if the app published it itself.
	Own bool `json:"own,omitempty"`
}
