// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package receipts receives what Push Cloud says of a message's delivery
// (message receipts, V2): a Collector is the http.Handler to register in
// AppGallery Connect, a Reader hands out what was kept to whoever has its
// token, and a Client asks a Reader. Each can be used alone; package store
// keeps receipts in SQLite.
//
// It guarantees that a post is taken only with a signature
// (X-HUAWEI-CALLBACK-ID) by the configured user and key, made within the
// freshness window, and not with a nonce that another body had; that
// signatures and tokens are compared in constant time; that a post is answered
// with success only after its store has it; that the same post twice is kept
// once; that bodies, waiting readers, posts at once and remembered nonces are
// bounded; and that a Push Token is turned into its fingerprint while it is
// parsed, so that none reaches a store, a log, an answer or an error.
//
// It does not guarantee that the body is what was signed: Push Cloud signs
// timestamp, nonce and user name only, so that the body rests on TLS. Nonces
// are remembered in memory, by one process: another one, or the next, knows
// none of them.
package receipts

import (
	"context"
	"time"
)

// Path is where a collector is usually served: POST for Push Cloud, GET for
// readers.
const Path = "/v1/receipts"

// Receipt is what became of one message at one token. It has no secret in it.
type Receipt struct {
	// ID orders receipts as they were kept, from 1; a store sets it.
	ID int64 `json:"id"`
	// RequestID is that of the answer to messages:send.
	RequestID string `json:"requestId"`
	// BiTag is the sender's pushOptions.biTag, "" if there was none.
	BiTag string `json:"biTag"`
	// Token is the Push Token's fingerprint, as push.Token prints it.
	Token string `json:"token"`
	// Bundle is the app's bundle name.
	Bundle string `json:"bundle"`
	// PushType is the message's push-type.
	PushType int `json:"pushType"`
	// FormID is the card's id, with push-type 1 only.
	FormID int64 `json:"formId,omitempty"`
	// Result is the code; fixtures.ReceiptOf says what it means.
	Result int `json:"result"`
	// At is when the message reached the device, or, if it did not, when the
	// receipt was made; Push Cloud gives milliseconds.
	At time.Time `json:"at"`
	// Received is when the collector had it, by its own clock.
	Received time.Time `json:"received"`
}

// Store keeps receipts. Its methods may be called from any goroutine.
type Store interface {
	// Add keeps receipts that it does not have yet; those that it has (all but
	// ID and Received are equal) it leaves alone. When it returns nil, they
	// survive a power failure.
	Add(ctx context.Context, list []Receipt) error
	// ByTag returns up to limit receipts with that biTag and an ID above after,
	// by ID.
	ByTag(ctx context.Context, biTag string, after int64, limit int) ([]Receipt, error)
}
