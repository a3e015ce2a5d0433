// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Bounds of the waits for something that a command has set going. The device
// has no event for any of it, so it is asked again with growing pauses.
const (
	firstPause = 20 * time.Millisecond
	maxPause   = 500 * time.Millisecond
	// settleLimit bounds the wait for a process's end and for a state.
	settleLimit = 10 * time.Second
	// dialogLimit bounds the wait for the dialog, and for its end.
	dialogLimit = 5 * time.Second
)

// errStillNot is the cause where a wait was longer than its limit.
var errStillNot = errors.New("it did not happen in time")

// waitError says that a wait ended before what was awaited; its cause is
// errStillNot or the context's.
type waitError struct{ cause error }

func (e *waitError) Error() string { return e.cause.Error() }
func (e *waitError) Unwrap() error { return e.cause }

// errAgain makes backoff ask again; it never leaves this file.
var errAgain = errors.New("not yet")

// poll calls look until it is done or fails; look's error is returned as it
// is. When limit has passed or ctx ends, the error is a *waitError.
func poll(ctx context.Context, limit time.Duration, look func(context.Context) (done bool, err error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%w (%v)", errStillNot, limit))
	defer cancel()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = firstPause, maxPause
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		done, err := look(ctx)
		if err != nil {
			return struct{}{}, backoff.Permanent(err)
		}
		if !done {
			return struct{}{}, errAgain
		}
		return struct{}{}, nil
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		return &waitError{cause: context.Cause(ctx)}
	}
	return err
}
