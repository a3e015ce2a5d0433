// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mobile/event/lifecycle"
)

// tendEvery is how often the agent looks for what nobody tells it of: an
// outbox whose process has ended, room on a disk that was full.
const tendEvery = time.Second

// tend syncs when asked, drains what extension processes leave behind, and
// writes down losses once there is room for them, until ctx ends.
func (a *Agent) tend(ctx context.Context) {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		a.drain()
		select {
		case <-ctx.Done():
			return
		case <-a.syncNow:
			if err := a.sync(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("outbox not synced", "error", err)
			}
		case <-tick.C:
			if a.unwritten.Load() && a.sync(ctx) == nil {
				a.log.Info("the outbox can be written again, losses are recorded")
			}
		}
	}
}

// sync makes what was delivered before survive a power failure, and has the
// outbox record what it could not take.
func (a *Agent) sync(ctx context.Context) error {
	unwritten := a.unwritten.Swap(false)
	err := errors.Join(a.queue.settle(ctx), a.outbox.Sync(ctx))
	if err != nil {
		if unwritten {
			a.unwritten.Store(true)
		}
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// requestSync has tend sync, and does not wait for it.
func (a *Agent) requestSync() {
	select {
	case a.syncNow <- struct{}{}:
	default:
	}
}

// SetStage tells the agent of the app's lifecycle. A change has the outbox
// synced, since the system may end a background process at any time, and makes
// the main agent look for outboxes that extension processes left behind.
func (a *Agent) SetStage(s lifecycle.Stage) {
	if a.life.set(s, a.now()) {
		a.requestSync()
	}
}
