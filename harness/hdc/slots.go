// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// BusyError says that as many commands were under way all the while as the
// Client may have at once. Nothing was sent.
type BusyError struct {
	// Limit is Options.MaxChannels.
	Limit int
	// Err is what ended the wait: the context's error, or
	// context.DeadlineExceeded after Options.Timeout.
	Err error
}

// Error implements error.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%d hdc commands were under way all the while (%v): end streams that are not read any more, or raise Options.MaxChannels",
		e.Limit, e.Err)
}

// Unwrap returns what ended the wait.
func (e *BusyError) Unwrap() error { return e.Err }

// slots bounds the commands that are under way.
type slots chan struct{}

// take waits for a free slot, within too if ctx has no deadline, and returns the
// function that gives it back, which may be called more than once.
func (s slots) take(ctx context.Context, within time.Duration) (release func(), err error) {
	release = sync.OnceFunc(func() { <-s })
	select {
	case s <- struct{}{}:
		return release, nil
	default:
	}
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case s <- struct{}{}:
		return release, nil
	case <-ctx.Done():
		return nil, &BusyError{Limit: cap(s), Err: ctx.Err()}
	case <-timer.C:
		return nil, &BusyError{Limit: cap(s), Err: context.DeadlineExceeded}
	}
}

// busy reports whether nothing was sent since all slots were taken.
func busy(err error) bool {
	var e *BusyError
	return errors.As(err, &e)
}
