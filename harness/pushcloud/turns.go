// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrBudget ends a SendAll that has made all the attempts that it may
// (Options.Budget).
var ErrBudget = errors.New("the budget of attempts is used up")

// turns is what the calls of one SendAll share: the attempts that are left, and
// the time before which none of them begins, since flow control is for all. A
// nil turns limits nothing.
type turns struct {
	mu       sync.Mutex
	attempts int
	next     time.Time
}

// claim takes one attempt, and reports whether there was one left.
func (t *turns) claim() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts--
	return t.attempts >= 0
}

// wait returns when an attempt may begin, or with why there is no more time.
func (t *turns) wait(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	pause := time.Until(t.next)
	t.mu.Unlock()
	if pause > 0 {
		return rest(ctx, pause)
	}
	return nil
}

// pause lets nobody begin for so long.
func (t *turns) pause(wait time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if next := time.Now().Add(wait); next.After(t.next) {
		t.next = next
	}
}
