// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "context"

// turnstile is a lock that can be waited for with a context.
type turnstile chan struct{}

func newTurnstile() turnstile { return make(turnstile, 1) }

func (t turnstile) enter(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turnstile) leave() { <-t }

// tryEnter enters unless somebody is inside, and reports whether it did.
func (t turnstile) tryEnter() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}
