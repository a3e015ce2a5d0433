// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// quickBeats is how many heartbeats follow each other at once when a link is
// new, so that its clock is known well from the start.
const quickBeats = 4

// beat is a link's heartbeat. There is never a second one while one is
// unanswered: a suspended agent's socket must not fill.
type beat struct {
	mu       sync.Mutex
	id       uint64
	sent     time.Time // zero if none is unanswered
	pending  bool      // the next one may go out
	answered uint64
}

// tick allows the next heartbeat, if the last one was answered.
func (b *beat) tick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = b.sent.IsZero()
}

func (b *beat) due() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pending && b.sent.IsZero()
}

// heartbeat sends one.
func (l *link) heartbeat() bool {
	b := &l.beat
	b.mu.Lock()
	b.id++
	b.sent, b.pending = time.Now(), false
	frame := &wire.Heartbeat{ID: b.id, T1: b.sent.UnixNano()}
	b.mu.Unlock()
	return l.putFrame(frame)
}

// answered takes the agent's answer. One that answers nothing is ignored: it
// proves no more than that the agent lives.
func (l *link) answered(at time.Time, h *wire.Heartbeat) {
	b := &l.beat
	b.mu.Lock()
	if b.sent.IsZero() || h.ID != b.id {
		b.mu.Unlock()
		return
	}
	sent := b.sent
	b.sent = time.Time{}
	b.answered++
	quick := b.answered < quickBeats
	b.pending = b.pending || quick
	b.mu.Unlock()
	if quick {
		l.out.signal()
	}
	l.hub.roster.clock(l, sample(sent, at, h.T2, h.T3))
}

// offset is how far a device's clock is ahead of the host's, give or take
// bound.
type offset struct {
	known        bool
	ahead, bound time.Duration
}

// sample computes the offset from the four time stamps: the hub's T1 and T4 by
// its monotonic clock, the agent's T2 and T3. The true offset lies within half
// the round trip of the result, whatever part of it each way took.
func sample(sent, received time.Time, t2, t3 int64) offset {
	elapsed := received.Sub(sent)
	t1 := sent.UnixNano()
	t4 := t1 + int64(elapsed)
	trip := elapsed - time.Duration(t3-t2)
	if t2 <= 0 || t3 < t2 || trip < 0 {
		return offset{} // the agent's clock was set in between
	}
	// Sums of two differences, so that Unix nanoseconds do not overflow.
	return offset{known: true, ahead: time.Duration((t2 - t1 + t3 - t4) / 2), bound: (trip + 1) / 2}
}

// better returns the offset to go by: the one with the smaller bound, unless
// the two cannot both be true. Then the device's clock was set or has drifted,
// and the newer one counts
// (claim link.clock).
func (o offset) better(newer offset) offset {
	switch {
	case !newer.known:
		return o
	case !o.known, newer.bound <= o.bound:
		return newer
	case (newer.ahead - o.ahead).Abs() > newer.bound+o.bound:
		return newer
	}
	return o
}
