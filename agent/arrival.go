// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// queueLimit bounds the deliveries that wait for the journal. At 4 KiB each
// they hold at most 4 MiB.
const queueLimit = 1024

// batchLimit bounds the records of one write.
const batchLimit = 128

// ErrQueueFull rejects a delivery: the journal could not keep up. The loss is
// itself reported to the hub.
var ErrQueueFull = errors.New("the agent's queue is full: the delivery was not kept, and its loss will be reported")

// ErrStopped rejects a delivery to an agent that is closed.
var ErrStopped = errors.New("the agent is stopped")

// Delivery is the promise that Deliver returns.
type Delivery struct {
	done chan struct{}
	err  error
}

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

// pending is a delivery on its way to the journal.
type pending struct {
	via     push.Via
	kind    push.Kind
	stage   string
	at      time.Time
	payload *push.Payload
	params  json.RawMessage
	promise *Delivery
}

// Deliver hands over a message as the system gave it. It copies into a bounded
// queue and returns at once; it never blocks, so that it may be called on the
// UI thread. A full queue rejects at once with ErrQueueFull.
func (a *Agent) Deliver(via push.Via, kind push.Kind, p push.Payload, at time.Time) *Delivery {
	stage, _ := a.life.get()
	return a.enqueue(&pending{via: via, kind: kind, stage: stage, at: at, payload: &p})
}

// Click hands over the parameters of the want that a clicked notification
// brought, a JSON object. via is push.OnCreate or push.OnNewWant.
func (a *Agent) Click(via push.Via, params json.RawMessage, at time.Time) *Delivery {
	stage, _ := a.life.get()
	copied := append(json.RawMessage(nil), params...)
	return a.enqueue(&pending{via: via, kind: push.KindAlert, stage: stage, at: at, params: copied})
}

func (a *Agent) enqueue(p *pending) *Delivery {
	p.promise = &Delivery{done: make(chan struct{})}
	a.closing.RLock()
	defer a.closing.RUnlock()
	if a.closed {
		p.promise.resolve(ErrStopped)
		return p.promise
	}
	select {
	case a.queue <- p:
	default:
		a.rejected.Add(1)
		p.promise.resolve(ErrQueueFull)
	}
	return p.promise
}

// write moves deliveries from the queue into the outbox, one write per batch,
// until the queue is closed.
func (a *Agent) write() {
	defer close(a.written)
	batch := make([]*pending, 0, batchLimit)
	for first := range a.queue {
		batch = append(batch[:0], first)
	fill:
		for len(batch) < batchLimit {
			select {
			case p, ok := <-a.queue:
				if !ok {
					break fill
				}
				batch = append(batch, p)
			default:
				break fill
			}
		}
		a.writeBatch(batch)
	}
}

func (a *Agent) writeBatch(batch []*pending) {
	frames := make([]wire.Frame, 0, len(batch)+1)
	kept := make([]*pending, 0, len(batch))
	for _, p := range batch {
		frame, err := p.frame()
		if err != nil {
			a.log.Warn("delivery refused", "via", p.via, "error", err)
			p.promise.resolve(err)
			continue
		}
		frames = append(frames, frame)
		kept = append(kept, p)
	}
	lost := a.rejected.Swap(0)
	if lost > 0 {
		frames = append(frames, &wire.Loss{Count: lost, Reason: "queue-full", At: a.now()})
	}
	if len(frames) == 0 {
		return
	}
	_, err := a.outbox.AddBatch(frames...)
	if err != nil {
		err = fmt.Errorf("keep the delivery in the app's files: %w", err)
		a.rejected.Add(lost)
		a.log.Error("outbox write failed", "records", len(frames), "error", err)
	}
	for _, p := range kept {
		p.promise.resolve(err)
		if err == nil {
			a.announce(p)
		}
	}
}

// frame turns the delivery into a record, its token redacted. A payload too
// large for a frame is refused here, not at the link, where it would block
// those behind it.
func (p *pending) frame() (*wire.Arrival, error) {
	arrival := &wire.Arrival{Via: p.via, Kind: p.kind, Stage: p.stage, ReceivedAt: p.at, Payload: p.params}
	if p.payload != nil {
		raw, err := json.Marshal(p.payload.Redact())
		if err != nil {
			return nil, fmt.Errorf("marshal the payload: %w", err)
		}
		arrival.Payload = raw
	}
	if len(arrival.Payload) > wire.MaxFrame/2 {
		return nil, fmt.Errorf("payload of %d bytes: %w", len(arrival.Payload), &wire.SizeError{Size: len(arrival.Payload)})
	}
	if !json.Valid(arrival.Payload) {
		return nil, errors.New("the want's parameters are no JSON")
	}
	return arrival, nil
}

// announce writes the hilog line that carries the nonce, for a process whose
// network or files nobody may ever see again. WARN, because consumer firmware
// shows no less (claim device.hilog-warn).
func (a *Agent) announce(p *pending) {
	if a.role != wire.RoleExtension || p.payload == nil {
		return
	}
	if nonce := Nonce(*p.payload); nonce != "" {
		a.kit.Log(slog.LevelWarn, "pushproof arrival via="+p.via.String()+" nonce="+nonce)
	}
}
