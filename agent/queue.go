// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// Bounds of what waits for the journal. A push is at most 4 KiB.
const (
	queueLimit = 1024
	queueBytes = 4 << 20
	batchLimit = 128
)

// pending is a delivery on its way to the journal.
type pending struct {
	Delivery
	via     push.Via
	kind    push.Kind
	stage   string
	at      time.Time
	payload push.Payload
	text    string          // the payload as JSON, not read yet
	params  json.RawMessage // a click's, which has no payload
	mark    bool            // nothing to write: it says how far the writer is
	done    func(error)     // in place of the promise; may be nil
}

func (p *pending) size() int {
	return len(p.payload.Type) + len(p.payload.Data) + len(p.text) + len(p.params)
}

func (p *pending) resolve(err error) {
	if p.done != nil {
		p.done(err)
		return
	}
	p.Delivery.resolve(err)
}

// queue stands between Deliver, which never waits, and the journal.
type queue struct {
	waiting chan *pending
	stop    chan struct{} // closed by close
	written chan struct{} // closed when the writer has ended

	mu     sync.Mutex
	closed bool
	bytes  int
	open   int // deliveries that are not resolved
	// lost counts rejected deliveries by reason until the loss is written, and
	// loss tells the writer of them.
	lost map[string]uint64
	loss chan struct{}
}

func newQueue() *queue {
	return &queue{
		waiting: make(chan *pending, queueLimit), stop: make(chan struct{}), written: make(chan struct{}),
		lost: map[string]uint64{}, loss: make(chan struct{}, 1),
	}
}

// put queues a delivery or rejects it, and never waits.
func (q *queue) put(p *pending, refusal error) {
	// Whoever is told may call again, or wait for one who does: not under mu.
	if err := q.take(p, refusal); err != nil {
		p.resolve(err)
	}
}

// take queues a delivery, or notes its loss and returns why.
func (q *queue) take(p *pending, refusal error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := p.size()
	switch {
	case q.closed:
		return ErrStopped
	case refusal != nil:
		q.lose(reasonOf(refusal))
		return refusal
	case q.bytes+size > queueBytes:
		q.lose(reasonQueueFull)
		return ErrQueueFull
	}
	select {
	case q.waiting <- p:
		q.bytes += size
		q.open++
		return nil
	default:
		q.lose(reasonQueueFull)
		return ErrQueueFull
	}
}

// lose notes a loss; mu is held.
func (q *queue) lose(reason string) {
	q.lost[reason]++
	select {
	case q.loss <- struct{}{}:
	default:
	}
}

// refuse rejects a delivery that was queued.
func (q *queue) refuse(p *pending, err error) {
	q.mu.Lock()
	q.lose(reasonOf(err))
	q.mu.Unlock()
	p.resolve(err)
}

// settled notes deliveries of a batch that are resolved.
func (q *queue) settled(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open -= n
}

// next returns a batch of at least one delivery, an empty one if there is only
// a loss to be written, or ok false at the end.
func (q *queue) next(batch []*pending) (_ []*pending, ok bool) {
	batch = batch[:0]
	select {
	case p := <-q.waiting:
		batch = append(batch, p)
	case <-q.loss:
	case <-q.stop:
	}
	for len(batch) < batchLimit {
		select {
		case p := <-q.waiting:
			batch = append(batch, p)
			continue
		default:
		}
		break
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range batch {
		q.bytes -= p.size()
	}
	return batch, len(batch) > 0 || !q.closed || len(q.lost) > 0
}

// takeLost returns what was lost since it was last asked.
func (q *queue) takeLost(now time.Time) (losses []wire.Frame) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, reason := range slices.Sorted(maps.Keys(q.lost)) {
		losses = append(losses, &wire.Loss{Count: q.lost[reason], Reason: reason, At: now})
	}
	clear(q.lost)
	return losses
}

// settle waits until the writer has done what was queued before.
func (q *queue) settle(ctx context.Context) error {
	mark := &pending{Delivery: newDelivery(), mark: true}
	select {
	case q.waiting <- mark:
	case <-q.written:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-mark.Done():
	case <-q.written:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// close rejects what comes from now on. The writer ends with the last delivery.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.stop)
}
