// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"time"
)

// Budget is what a plan costs, held against what the limits leave now. It
// reserves nothing: a plan may be given up, and others send meanwhile. It is
// for one goroutine.
type Budget struct {
	ledger *Ledger
	force  bool
	costs  []*Cost
	used   map[*Cost][]time.Time
}

// Cost is what a plan takes of one limit and scope.
type Cost struct {
	Rule  Rule
	Scope string
	// Sent were sent, or are about to be, within the limit's window; Planned
	// are the plan's.
	Sent, Planned int
}

// Budget returns an empty plan.
func (l *Ledger) Budget() *Budget {
	return &Budget{ledger: l, force: l.o.Force, used: map[*Cost][]time.Time{}}
}

// Spend adds the messages to the plan. If a limit would be crossed it adds
// nothing, and the error is an *OverError, unless limits are forced or
// Options.Wait is long enough for room to come.
func (b *Budget) Spend(ctx context.Context, sends ...Send) error {
	var grow []func()
	var worst *OverError
	err := b.ledger.o.Store.Update(ctx, func(tx Tx) error {
		known, err := identify(tx, sends)
		if err != nil {
			return err
		}
		now := b.ledger.o.Now()
		uses := newUses(tx, now)
		for _, n := range needs(b.ledger.o.Rules, known) {
			c, err := b.cost(uses, n)
			if err != nil {
				return err
			}
			if e := n.over(now, b.used[c], c.Planned); e != nil && !b.waits(e) && (worst == nil || worst.sooner(e)) {
				worst = e
			}
			grow = append(grow, func() { c.Planned += n.want })
		}
		return nil
	})
	if err != nil {
		return err
	}
	if worst != nil && !b.force {
		return worst
	}
	for _, f := range grow {
		f()
	}
	return nil
}

// waits reports whether Reserve will make room for the messages by waiting no
// longer than it may, when their turn comes.
func (b *Budget) waits(e *OverError) bool {
	wait := b.ledger.o.Wait
	switch {
	case e.Never():
		return false
	case e.Rule.span > 0 && e.Rule.span <= wait:
		return true
	}
	return !e.Room.IsZero() && !e.Room.After(b.ledger.o.Now().Add(wait))
}

// cost finds the cost of that limit and scope; the store is asked once for it.
func (b *Budget) cost(uses *uses, n need) (*Cost, error) {
	for _, c := range b.costs {
		if c.Rule.Name == n.rule.Name && c.Scope == n.scope {
			return c, nil
		}
	}
	used, err := uses.find(n)
	if err != nil {
		return nil, err
	}
	c := &Cost{Rule: n.rule, Scope: n.scope, Sent: len(used)}
	b.costs = append(b.costs, c)
	b.used[c] = used
	return c, nil
}

// Costs returns what the plan costs so far, in the order in which limits were
// met; those of which it takes nothing are left out.
func (b *Budget) Costs() []Cost {
	var list []Cost
	for _, c := range b.costs {
		if c.Planned > 0 {
			list = append(list, *c)
		}
	}
	return list
}
