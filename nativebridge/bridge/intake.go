// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
)

// maxWaiting bounds the deliveries that wait, as the agent's own queue does.
const maxWaiting = 1024

// intake takes deliveries off the JavaScript thread: what is copied there is
// read here, so that the thread pays for the copy alone.
type intake struct {
	agent *agent.Agent
	in    chan delivery
	// promised are with the agent, in order.
	promised chan promise
	ended    sync.WaitGroup

	mu     sync.RWMutex
	closed bool
}

type delivery struct {
	via     push.Via
	kind    push.Kind
	payload string
	at      time.Time
	done    func(error)
}

type promise struct {
	*agent.Delivery
	done func(error)
}

func newIntake(a *agent.Agent) *intake {
	in := &intake{agent: a, in: make(chan delivery, maxWaiting), promised: make(chan promise, maxWaiting)}
	in.ended.Add(2)
	go in.read()
	go in.answer()
	return in
}

// put never waits.
func (in *intake) put(d delivery) error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.closed {
		return newError(CodeStopped, "deliver: the agent was stopped")
	}
	select {
	case in.in <- d:
		return nil
	default:
		return wrap(agent.ErrQueueFull)
	}
}

// close takes no more, and returns when everything has its answer.
func (in *intake) close() {
	in.mu.Lock()
	if !in.closed {
		in.closed = true
		close(in.in)
	}
	in.mu.Unlock()
	in.ended.Wait()
}

func (in *intake) read() {
	defer in.ended.Done()
	defer close(in.promised)
	for d := range in.in {
		in.promised <- promise{Delivery: d.hand(in.agent), done: d.done}
	}
}

func (in *intake) answer() {
	defer in.ended.Done()
	for p := range in.promised {
		<-p.Done()
		if err := p.Err(); err != nil {
			p.done(wrap(err))
			continue
		}
		p.done(nil)
	}
}

// hand gives the delivery to the agent, which refuses what is malformed and
// reports the loss.
func (d delivery) hand(a *agent.Agent) *agent.Delivery {
	if d.via.Click() {
		return a.Click(d.via, json.RawMessage(d.payload), d.at)
	}
	var p push.Payload
	if err := json.Unmarshal([]byte(d.payload), &p); err != nil {
		// Kept as it is: what the system handed over is evidence, whatever its
		// shape.
		p = push.Payload{Data: d.payload}
	}
	return a.Deliver(d.via, d.kind, p, d.at)
}

// Deliver hands over a message as the system gave it: payload is the JSON of
// PushPayload, at the time in milliseconds since 1970 by the device's clock.
// done is called from another goroutine, once, unless Deliver returns an error.
func (b *Bridge) Deliver(via, kind, payload string, at float64, done func(error)) error {
	_, in, err := b.running()
	if err != nil {
		return err
	}
	v, err := parseVia("deliver", via, false)
	if err != nil {
		return err
	}
	k, err := push.ParseKind(kind)
	if err != nil {
		return newError(CodeParameter, "deliver: %v", err)
	}
	when, err := timeOf("deliver", at)
	if err != nil {
		return err
	}
	return in.put(delivery{via: v, kind: k, payload: payload, at: when, done: done})
}

const maxMillis = 253402300799999 // the end of the year 9999

func timeOf(what string, millis float64) (time.Time, error) {
	if !(millis >= 0 && millis <= maxMillis) {
		return time.Time{}, newError(CodeParameter, "%s: receivedAt %v is no time in milliseconds since 1970: pass Date.now()", what, millis)
	}
	return time.UnixMilli(int64(millis)).UTC(), nil
}

// parseVia refuses what is none, where the caller can still be told.
func parseVia(function, name string, click bool) (push.Via, error) {
	via, err := push.ParseVia(name)
	if err != nil {
		return 0, newError(CodeParameter, "%s: %v", function, err)
	}
	if via.Click() != click {
		right := "deliver"
		if via.Click() {
			right = "click"
		}
		return 0, newError(CodeParameter, "%s: what comes via %v goes to %s", function, via, right)
	}
	return via, nil
}
