// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"time"
)

// Entry is a message that was sent, or that somebody is about to send.
type Entry struct {
	// ID is random.
	ID string
	Send
	// At is when it was sent, or when it was reserved. Stores may keep it to the
	// millisecond.
	At time.Time
	// Expires is when a reservation counts no more; zero once it was sent.
	Expires time.Time
	// Forced is set if it was sent though a limit was crossed.
	Forced bool
}

// Store keeps the entries. It may be shared by processes.
type Store interface {
	// Update runs f in a transaction: no other one, of any process, comes in
	// between, and if f fails nothing of it stays.
	Update(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction. It must not be used after Update's f has returned.
type Tx interface {
	// Entries returns the entries since that time, ordered by time. It may
	// return reservations that have expired.
	Entries(since time.Time) ([]Entry, error)
	// Put adds the entry, or replaces the one of that id.
	Put(Entry) error
	// Delete removes the entry of that id, if there is one.
	Delete(id string) error
	// Purge removes reservations that expired before now, and all entries
	// from before old.
	Purge(now, old time.Time) error
	// Learn notes whose token that is, and has the entries that know only the
	// token say so, too.
	Learn(token, device, app string) error
	// Owner returns what was learnt of a token, "" if nothing was.
	Owner(token string) (device, app string, err error)
}
