// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sim defines what the simulators hand to each other: a message on its
// way from the simulated Push Cloud to a simulated device, and the result that
// the device gives back.
//
// It holds no behaviour. The seams that the harness sees (REST, hdc, the
// agent's websocket) are real protocols and are not defined here.
package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Message is a push that the cloud accepted for one token.
type Message struct {
	RequestID string
	// Token is the addressee's token.
	Token string
	// PushType is the push-type header.
	PushType int
	// Payload is the request's "payload", as it was sent.
	Payload json.RawMessage
	// Category is the notification's category after the cloud's downgrade of
	// one without an approved right ("" for kinds that have none).
	Category string
	BiTag    string
	// CollapseKey is -1 for "keep all".
	CollapseKey int
	Test        bool
	SentAt      time.Time
	// ExpiresAt is SentAt + ttl.
	ExpiresAt time.Time
}

// Receipt is deliveryStatus.result (formStatus.result for a form) of receipts
// V2. Source: Push Kit, message receipt.
type Receipt int

// The results that the device side of these simulators can give.
const (
	Delivered          Receipt = 0
	AppUninstalled     Receipt = 2
	TokenGone          Receipt = 5
	NotificationsOff   Receipt = 6
	Inactive           Receipt = 10
	Other              Receipt = 14
	OfflineControl     Receipt = 15
	WrongUser          Receipt = 22
	ProcessAbsent      Receipt = 27
	TargetMissing      Receipt = 31
	Locked             Receipt = 51
	DeviceFrequency    Receipt = 102
	ProfileUnknown     Receipt = 144
	NotShown           Receipt = 151
	LaunchFailed       Receipt = 188
	BadgeFailed        Receipt = 191
	FrequencyLimit     Receipt = 256
	FormMissing        Receipt = 261
	FormRefreshLimit   Receipt = 262
	LiveViewUpdateFail Receipt = 155
	LiveViewOutOfOrder Receipt = 156
	LiveViewExists     Receipt = 158
	LiveViewBlocked    Receipt = 265
	// LiveViewStatusMissing is for an update, without status, of a live view
	// that push created.
	LiveViewStatusMissing Receipt = 268
	LiveViewDuplicate     Receipt = 269
)

// Device is a simulated device as the cloud sees it.
type Device interface {
	// ID identifies the device in the cloud's activity record.
	ID() string
	// Online reports whether the device can be reached now. While it cannot,
	// the cloud keeps messages until they expire.
	Online() bool
	// Deliver hands over one message and returns when the device has dealt
	// with it (shown, handed to the app, kept, dropped).
	Deliver(ctx context.Context, m Message) Receipt
}

// Absentee is a Device that knows how long it has been away.
type Absentee interface {
	// OfflineSince returns when the network reached it last, by the world's
	// clock; zero while it does.
	OfflineSince() time.Time
}

// Revocation asks for a notification to be taken back.
type Revocation struct {
	RequestID string
	Token     string
	// PushType is that of the message, 0 or 2.
	PushType int
	NotifyID int
}

// Revoker is a Device that can take back what it shows.
type Revoker interface {
	// Revoke removes the notification of that id if it is shown and nobody has
	// clicked it; the badge stays. It returns when that is done.
	Revoke(ctx context.Context, r Revocation)
}

// App names an app on a device for the cloud.
type App struct {
	Bundle string
	// Rights are the categories and kinds that the app may use, e.g.
	// "category:IM" or "kind:extension".
	Rights []string
}

// Cloud is the simulated Push Cloud as a device's push service sees it.
type Cloud interface {
	// IssueToken returns a new token for the app on that device; the app's
	// former one is gone. The error is a *TokenError where the platform has a
	// code.
	IssueToken(ctx context.Context, app App, d Device) (string, error)
	// DropToken ends a token: a push to it gives receipt 5 (or 2, if the app
	// is not there any more).
	DropToken(token string, reason Receipt)
}

// TokenError is a refusal of getToken.
type TokenError struct {
	// Code is one of 1000900009 to 1000900014.
	Code int
	Msg  string
}

// Error implements error.
func (e *TokenError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Msg) }

// Clock is the world's clock: it follows the real one and is advanced only by
// name. Timers of the simulators run on it.
type Clock interface {
	// Now is the world's time.
	Now() time.Time
	// AfterFunc calls f in its own goroutine when d has passed, and returns a
	// function that stops it; stop reports whether it prevented the call.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}
