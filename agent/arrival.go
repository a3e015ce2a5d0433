// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// maxPayload bounds the bytes of one delivery. A push is at most 4 KiB, and a
// frame must have room for it however it is escaped.
const maxPayload = wire.MaxFrame / 8

// What errors.Is finds in the error of a rejected delivery, besides
// journal.ErrDiskFull and the system's errors. But for ErrStopped the loss is
// itself reported to the hub.
var (
	// ErrQueueFull means that the journal could not keep up.
	ErrQueueFull = errors.New("the agent's queue is full: the delivery was not kept, and its loss will be reported")
	// ErrTooLarge means that it has more bytes than any push.
	ErrTooLarge = fmt.Errorf("the delivery has more than %d bytes", maxPayload)
	// ErrMalformed means that the caller handed over what the system never
	// gives.
	ErrMalformed = errors.New("the delivery is malformed")
	// ErrStopped means that the agent is closed.
	ErrStopped = errors.New("the agent is stopped")
)

// Reasons of a wire.Loss that this package gives.
const (
	reasonQueueFull = "queue-full"
	reasonTooLarge  = "too-large"
	reasonMalformed = "malformed"
)

func reasonOf(refusal error) string {
	if errors.Is(refusal, ErrTooLarge) {
		return reasonTooLarge
	}
	return reasonMalformed
}

// Delivery is the promise that Deliver returns.
type Delivery struct {
	done chan struct{}
	err  error
}

func newDelivery() Delivery { return Delivery{done: make(chan struct{})} }

// Done is closed when the record is with the kernel (it then survives the
// death of the process), or when it was rejected.
func (d *Delivery) Done() <-chan struct{} { return d.done }

// Err returns why the delivery was rejected, or nil. It may be called once
// Done is closed.
func (d *Delivery) Err() error { return d.err }

func (d *Delivery) resolve(err error) {
	d.err = err
	close(d.done)
}

// Deliver hands over a message as the system gave it; at is when, by the
// device's clock. It copies into a bounded queue and returns at once; it never
// blocks, so that it may be called on the UI thread. A full queue rejects at
// once with ErrQueueFull.
func (a *Agent) Deliver(via push.Via, kind push.Kind, p push.Payload, at time.Time) *Delivery {
	return a.enqueue(&pending{via: via, kind: kind, at: at, payload: p})
}

// Click hands over the parameters of the want that a clicked notification
// brought, a JSON object. via is push.OnCreate or push.OnNewWant.
func (a *Agent) Click(via push.Via, params json.RawMessage, at time.Time) *Delivery {
	if len(params) <= maxPayload {
		params = bytes.Clone(params)
	}
	p := &pending{via: via, kind: push.KindAlert, at: at, params: params}
	if !via.Click() {
		p.Delivery = newDelivery()
		a.queue.put(p, fmt.Errorf("%w: no want comes via %v", ErrMalformed, via))
		return &p.Delivery
	}
	return a.enqueue(p)
}

// DeliverJSON is Deliver for the native module, which has the payload as JSON:
// the caller pays for no more than keeping the text, which is read where it is
// written. What is no JSON of a payload is kept as its data, since whatever the
// system hands over is evidence.
//
// In place of a promise done is called once, with what Delivery.Err would say;
// maybe before DeliverJSON returns. It must not wait, nor call the agent.
func (a *Agent) DeliverJSON(via push.Via, kind push.Kind, text string, at time.Time, done func(error)) {
	a.enqueue(&pending{via: via, kind: kind, at: at, text: text, done: done})
}

// ClickJSON is Click in the manner of DeliverJSON; the agent keeps params.
func (a *Agent) ClickJSON(via push.Via, params json.RawMessage, at time.Time, done func(error)) {
	a.enqueue(&pending{via: via, kind: push.KindAlert, at: at, params: params, done: done})
}

// Waiting counts deliveries that are neither kept nor rejected yet.
func (a *Agent) Waiting() int {
	a.queue.mu.Lock()
	defer a.queue.mu.Unlock()
	return a.queue.open
}

func (a *Agent) enqueue(p *pending) *Delivery {
	if p.done == nil {
		p.Delivery = newDelivery()
	}
	p.stage, _ = a.life.get()
	a.queue.put(p, p.check())
	return &p.Delivery
}

// The times that JSON has words for, the years 0 to 9999, less a day at either
// end for whatever zone.
var (
	minTime = time.Date(0, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
	maxTime = time.Date(9999, 12, 30, 23, 59, 59, 0, time.UTC).Unix()
)

// check refuses what no frame can hold: one bad record would take down the
// write of a whole batch.
func (p *pending) check() error {
	switch at := p.at.Unix(); {
	case !p.via.Valid():
		return fmt.Errorf("%w: %v is none of the ways in", ErrMalformed, p.via)
	case !p.kind.Valid():
		return fmt.Errorf("%w: %v is none of the six kinds", ErrMalformed, p.kind)
	case at < minTime || at > maxTime:
		return fmt.Errorf("%w: it came in the year %d", ErrMalformed, p.at.Year())
	case p.size() > maxPayload:
		return fmt.Errorf("%w: %d", ErrTooLarge, p.size())
	}
	return nil
}

// frame turns the delivery into a record, its token redacted.
func (p *pending) frame() (*wire.Arrival, error) {
	arrival := &wire.Arrival{Via: p.via, Kind: p.kind, Stage: p.stage, ReceivedAt: p.at, Payload: p.params}
	if p.via.Click() {
		var object map[string]json.RawMessage
		if json.Unmarshal(p.params, &object) != nil || object == nil {
			return nil, fmt.Errorf("%w: a want's parameters are a JSON object", ErrMalformed)
		}
		return arrival, nil
	}
	if p.text != "" {
		p.payload = push.ParsePayload(p.text)
	}
	raw, err := json.Marshal(p.payload.Redact())
	if err != nil {
		return nil, fmt.Errorf("%w: marshal the payload: %w", ErrMalformed, err)
	}
	arrival.Payload = raw
	return arrival, nil
}
