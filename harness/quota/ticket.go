// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Ticket is the reservation for one message. What is said of it first counts.
// Its methods may be called from any goroutine; a nil Ticket is one of which
// everything is said.
type Ticket struct {
	ledger *Ledger

	mu    sync.Mutex
	entry Entry
	done  bool
}

// Commit says that the message was sent, or may have been. It counts from now
// on, though the reservation's lease may have ended.
func (t *Ticket) Commit(ctx context.Context) error {
	return Settle(ctx, []*Ticket{t}, func(int) bool { return true })
}

// Cancel says that the message was not sent, or that Push Cloud refused it
// (claim quota.request-count).
func (t *Ticket) Cancel(ctx context.Context) error {
	return Settle(ctx, []*Ticket{t}, func(int) bool { return false })
}

// Settle commits those tickets for whose index sent is true and cancels the
// others, in one transaction. They must be of one Reserve.
func Settle(ctx context.Context, tickets []*Ticket, sent func(i int) bool) error {
	var open []*Ticket
	var ledger *Ledger
	verdicts := map[*Ticket]bool{}
	for i, t := range tickets {
		if t == nil || verdicts[t] {
			continue
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.done {
			open, ledger = append(open, t), t.ledger
			verdicts[t] = sent(i)
		}
	}
	if len(open) == 0 {
		return nil
	}
	now := ledger.o.Now()
	err := ledger.o.Store.Update(ctx, func(tx Tx) error {
		for _, t := range open {
			if !verdicts[t] {
				if err := tx.Delete(t.entry.ID); err != nil {
					return err
				}
				continue
			}
			e := t.entry
			e.At, e.Expires = now, time.Time{}
			if err := tx.Put(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note which messages were sent: %w", err)
	}
	for _, t := range open {
		t.done = true
	}
	return nil
}
