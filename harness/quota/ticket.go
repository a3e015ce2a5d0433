// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Ticket is the reservation for one message. Its first Commit or Cancel that
// succeeds counts. Its methods may be called from any goroutine; a nil Ticket
// is one that is settled.
type Ticket struct {
	ledger *Ledger

	mu    sync.Mutex
	entry Entry
	done  bool
}

// Commit says that the message was sent, or may have been. It counts from now
// on, though the reservation's lease may have ended.
func (t *Ticket) Commit(ctx context.Context) error {
	return t.settle(ctx, "note that a message was sent", func(tx Tx) error {
		e := t.entry
		e.At = t.ledger.o.Now()
		e.Expires = time.Time{}
		return tx.Put(e)
	})
}

// Cancel says that the message was not sent, or that Push Cloud refused it
// (claim quota.request-count).
func (t *Ticket) Cancel(ctx context.Context) error {
	return t.settle(ctx, "give a reservation back", func(tx Tx) error { return tx.Delete(t.entry.ID) })
}

func (t *Ticket) settle(ctx context.Context, what string, f func(Tx) error) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return nil
	}
	if err := t.ledger.o.Store.Update(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	t.done = true
	return nil
}
