// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package clock is the simulated world's clock: the real one plus an offset
// that only Advance makes larger.
//
// It guarantees that time never goes back, that a timer never fires before its
// time, that due timers are started in the order of their time (those of equal
// time in the order in which they were made), and that nothing is started
// after Close has returned. It does not guarantee that one timer's function
// has ended before the next one's begins: each runs in a goroutine of its own.
// Time stamps on the wires are not taken from it; those are real.
package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Clock satisfies sim.Clock. Its methods may be called from any goroutine, and
// from the functions that it starts.
type Clock struct {
	// firing is held while due timers are started, so that two callers cannot
	// interleave their starts. It is taken before mu.
	firing sync.Mutex

	mu     sync.Mutex
	offset time.Duration
	timers timers
	made   uint64
	alarm  *time.Timer
	closed bool
}

// New returns a clock that shows the real time.
func New() *Clock { return &Clock{} }

// Now returns the real time plus everything that the clock was advanced by.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return time.Now().Add(c.offset) }

// AfterFunc calls f in its own goroutine once d has passed on this clock; a d
// of zero or less is due at once. The returned function stops the timer and
// reports whether it prevented the call. After Close nothing is ever called.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	t := &timer{at: c.now().Add(d), made: c.made, f: f, index: -1}
	if !c.closed {
		heap.Push(&c.timers, t)
		c.arm()
	}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.index < 0 {
			return false
		}
		heap.Remove(&c.timers, t.index)
		c.arm()
		return true
	}
}

// Advance moves the clock forward by d and returns when every timer that is
// now due has been started. A timer that a started function makes is due on
// the advanced time: it fires in this call only if it was made in time. A d of
// zero or less only starts what is due.
func (c *Clock) Advance(d time.Duration) {
	c.firing.Lock()
	defer c.firing.Unlock()
	c.mu.Lock()
	if d > 0 {
		c.offset += d
	}
	c.mu.Unlock()
	c.fire()
}

// Close stops every timer. Functions that were already started go on; Close
// does not wait for them. Now and AfterFunc may still be called.
func (c *Clock) Close() {
	c.firing.Lock()
	defer c.firing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, t := range c.timers {
		t.index = -1
	}
	c.timers = nil
	c.arm()
}

// arm sets the alarm to the earliest timer; c.mu is held.
func (c *Clock) arm() {
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if len(c.timers) == 0 {
		return
	}
	c.alarm = time.AfterFunc(c.timers[0].at.Sub(c.now()), func() {
		c.firing.Lock()
		defer c.firing.Unlock()
		c.fire()
	})
}

// fire starts the due timers one after the other; c.firing is held.
func (c *Clock) fire() {
	for {
		c.mu.Lock()
		if len(c.timers) == 0 || c.timers[0].at.After(c.now()) {
			c.arm()
			c.mu.Unlock()
			return
		}
		t := heap.Pop(&c.timers).(*timer)
		c.mu.Unlock()
		started := make(chan struct{})
		go func() {
			close(started)
			t.f()
		}()
		<-started
	}
}
