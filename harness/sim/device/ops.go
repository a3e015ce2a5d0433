// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// waits says what of this device is unanswered, and who waits for the world's
// clock; d.mu guards it.
type waits struct {
	// ops counts deliveries, shell commands and requests of apps. An
	// extension that waits is inside a delivery, and its wait is no request.
	ops       int
	until     map[*proc]time.Time
	deadlines map[*proc]time.Time
	advancing bool
}

// begin notes an operation; call the returned function at its end.
func (d *Device) begin() (end func()) {
	d.mu.Lock()
	d.pending.ops++
	d.mu.Unlock()
	return func() {
		d.mu.Lock()
		d.pending.ops--
		d.advanceIfIdle()
		d.mu.Unlock()
	}
}

// waitOnClock returns when the time has passed on the world's clock. For an
// extension that would be answering too late it does not return before the
// process is killed: whoever is woken by the same jump of the clock must not
// overtake the system's deadline.
func (d *Device) waitOnClock(ctx context.Context, p *proc, w seam.Wait) error {
	until := d.now().Add(time.Duration(w.Millis) * time.Millisecond)
	due := make(chan struct{})
	stop := d.opts.Clock.AfterFunc(until.Sub(d.now()), func() { close(due) })
	defer stop()
	answer := due
	d.mu.Lock()
	if deadline, ok := d.pending.deadlines[p]; ok && !until.Before(deadline) {
		answer = nil
	}
	if d.pending.until == nil {
		d.pending.until = map[*proc]time.Time{}
	}
	d.pending.until[p] = until
	d.notify()
	d.advanceIfIdle()
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.pending.until, p)
		d.advanceIfIdle()
		d.mu.Unlock()
	}()
	select {
	case <-answer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// advanceIfIdle moves the world's clock to the next thing that is waited for,
// if nothing else of this device is unanswered; d.mu is held.
func (d *Device) advanceIfIdle() {
	if d.opts.Advance == nil || d.pending.advancing || len(d.pending.until) == 0 {
		return
	}
	inside := 0
	var next time.Time
	now := d.now()
	for p, at := range d.pending.until {
		if p.role == wire.RoleExtension {
			inside++
		}
		if deadline, ok := d.pending.deadlines[p]; ok && deadline.Before(at) {
			at = deadline
		}
		if !at.After(now) {
			// Its time has come, and it is being dealt with.
			return
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if d.pending.ops > inside {
		return
	}
	d.pending.advancing = true
	d.goRun(func() {
		d.opts.Advance(max(next.Sub(d.now()), 0))
		d.mu.Lock()
		d.pending.advancing = false
		d.advanceIfIdle()
		d.mu.Unlock()
	})
}

// expire notes until when the extension may answer, and returns a function
// that forgets it.
func (d *Device) expire(p *proc, deadline time.Time) (forget func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pending.deadlines == nil {
		d.pending.deadlines = map[*proc]time.Time{}
	}
	d.pending.deadlines[p] = deadline
	return func() {
		d.mu.Lock()
		delete(d.pending.deadlines, p)
		d.mu.Unlock()
	}
}
