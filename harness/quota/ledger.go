// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Times that are not Push Kit's but ours.
const (
	// DefaultLease is how long a reservation counts if its process never says
	// what became of it.
	DefaultLease = 10 * time.Minute
	// DefaultWait is how long Reserve waits for room: the longest window that
	// is called short.
	DefaultWait = 5 * time.Minute
	// kept is how long entries stay in the store.
	kept = 30 * 24 * time.Hour
)

// Options shape a Ledger.
type Options struct {
	// Store keeps the entries; nil means one in memory.
	Store Store
	// Rules are the limits; nil means those of Rules for any app.
	Rules []Rule
	// Wait bounds how long Reserve waits for room; zero means DefaultWait, and
	// what is below zero not to wait.
	Wait time.Duration
	// OnWait is called before a wait, with what is in the way.
	OnWait func(*OverError)
	// Force has limits count without refusing.
	Force bool
	// Lease is how long a reservation counts; zero means DefaultLease.
	Lease time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Rest waits until then, or until ctx ends; nil means by a timer.
	Rest func(ctx context.Context, until time.Time) error
}

// Ledger knows what was sent and holds it against the limits. Its methods may
// be called from any goroutine.
type Ledger struct {
	o Options
}

// New returns a ledger.
func New(o Options) *Ledger {
	if o.Store == nil {
		o.Store = &Memory{}
	}
	if o.Rules == nil {
		rules, err := Rules(App{})
		if err != nil {
			panic(err) // of any app there is nothing to be wrong with
		}
		o.Rules = rules
	}
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	if o.Lease <= 0 {
		o.Lease = DefaultLease
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rest == nil {
		o.Rest = rest
	}
	return &Ledger{o}
}

func rest(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Reserve sets aside what the messages cost, for all of them or for none, and
// returns a Ticket for each, in order. Where a limit is in the way it waits for
// room, if there will be some within Options.Wait; otherwise the error is an
// *OverError. Commit or Cancel each Ticket, or Settle all of them.
func (l *Ledger) Reserve(ctx context.Context, sends ...Send) ([]*Ticket, error) {
	deadline := l.o.Now().Add(l.o.Wait)
	for {
		tickets, err := l.try(ctx, sends)
		var over *OverError
		if !errors.As(err, &over) || over.Room.IsZero() || over.Room.After(deadline) {
			return tickets, err
		}
		if l.o.OnWait != nil {
			l.o.OnWait(over)
		}
		if err := l.o.Rest(ctx, over.Room); err != nil {
			return nil, fmt.Errorf("wait for room below a limit: %w", err)
		}
	}
}

// try reserves at once or not at all.
func (l *Ledger) try(ctx context.Context, sends []Send) ([]*Ticket, error) {
	now := l.o.Now()
	tickets := make([]*Ticket, len(sends))
	// A refusal ends the transaction well: what was learnt in it stays.
	var refusal *OverError
	err := l.o.Store.Update(ctx, func(tx Tx) error {
		if err := tx.Purge(now, now.Add(-kept)); err != nil {
			return err
		}
		known, err := identify(tx, sends)
		if err != nil {
			return err
		}
		over, err := l.over(tx, now, known)
		if err != nil {
			return err
		}
		if over != nil && !l.o.Force {
			refusal = over
			return nil
		}
		for i, s := range known {
			e := Entry{ID: rand.Text(), Send: s, At: now, Expires: now.Add(l.o.Lease), Forced: over != nil}
			if err := tx.Put(e); err != nil {
				return err
			}
			tickets[i] = &Ticket{ledger: l, entry: e}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case refusal != nil:
		return nil, refusal
	}
	return tickets, nil
}

// identify joins connect key and token: whoever knows both teaches it, and who
// has only a token is told whose it is. A token of nobody stands for its device.
func identify(tx Tx, sends []Send) ([]Send, error) {
	known := make([]Send, len(sends))
	for i, s := range sends {
		switch {
		case s.Token == "":
		case s.Device != "":
			if err := tx.Learn(s.Token, s.Device, s.App); err != nil {
				return nil, err
			}
		default:
			device, app, err := tx.Owner(s.Token)
			if err != nil {
				return nil, err
			}
			if device == "" {
				device = s.Token
			}
			s.Device = device
			if s.App == "" {
				s.App = app
			}
		}
		known[i] = s
	}
	return known, nil
}

// over returns the limit that would be crossed, of several the one that stays
// in the way longest, or nil.
func (l *Ledger) over(tx Tx, now time.Time, sends []Send) (*OverError, error) {
	var worst *OverError
	uses := newUses(tx, now)
	for _, n := range needs(l.o.Rules, sends) {
		used, err := uses.find(n)
		if err != nil {
			return nil, err
		}
		if e := n.over(now, used, 0); e != nil && (worst == nil || worst.sooner(e)) {
			worst = e
		}
	}
	return worst, nil
}

// sooner reports whether e has room before other has.
func (e *OverError) sooner(other *OverError) bool {
	if e.Never() || other.Never() {
		return !e.Never()
	}
	return e.from().Before(other.from())
}

// from is when there is room, as far as is known.
func (e *OverError) from() time.Time {
	if e.Room.IsZero() {
		return e.Earliest
	}
	return e.Room
}
