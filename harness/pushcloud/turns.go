// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"errors"
	"fmt"
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
	// over is why no attempt may begin any more; ended is closed with it.
	over  error
	ended chan struct{}
}

func newTurns(attempts int) *turns {
	return &turns{attempts: attempts, ended: make(chan struct{})}
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

// wait returns when an attempt may begin, or with why none may.
func (t *turns) wait(ctx context.Context) error {
	if t == nil {
		return nil
	}
	for {
		t.mu.Lock()
		pause, over := time.Until(t.next), t.over
		t.mu.Unlock()
		if over != nil {
			return over
		}
		if pause <= 0 {
			return nil
		}
		// Meanwhile the pause may get longer, or be the last.
		if err := t.rest(ctx, pause); err != nil {
			return err
		}
	}
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

// shut lets nobody begin any more, since one call was told so by err.
func (t *turns) shut(err error) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over == nil {
		t.over = err
		close(t.ended)
	}
}

// rest waits, and returns why there is no more time if there is none, or why no
// attempt may begin any more.
func (t *turns) rest(ctx context.Context, pause time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return fmt.Errorf("%v to wait, %w", pause.Round(time.Millisecond), context.DeadlineExceeded)
	}
	var ended chan struct{}
	if t != nil {
		ended = t.ended
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ended:
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.over
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
