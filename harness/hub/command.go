// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// What errors.Is finds in the errors of Command and WaitAgent.
var (
	// ErrNoAgent means that no link is there to be asked.
	ErrNoAgent = errors.New("no agent is connected")
	// ErrLost means that the link ended before the answer came.
	ErrLost = errors.New("the link ended before the answer came")
	// ErrBusy means that the agent has too many commands to answer already.
	ErrBusy = errors.New("the agent has too many unanswered commands")
)

// NoAgentError says that a label's process of a role is not there.
type NoAgentError struct {
	Label string
	Role  wire.Role
	// Last is what was known of it; Known is false if it never connected.
	Last  Agent
	Known bool
	// Err is why nobody waits any longer, nil if nobody waited.
	Err error
}

// Error implements error.
func (e *NoAgentError) Error() string {
	text := fmt.Sprintf("the %s process of %q: ", e.Role, e.Label)
	switch {
	case !e.Known:
		text += "it never connected; is the agent in the app, was the app started with a session, and is the port forwarded (`hdc fport ls`)?"
	case !e.Last.Connected:
		text += fmt.Sprintf("it is not connected: last heard %s (%s)", e.Last.LastHeard.Format(time.RFC3339), e.Last.Ended)
	default:
		text += "it is connected, but not in the state that was waited for"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is makes errors.Is(err, ErrNoAgent) true.
func (e *NoAgentError) Is(target error) bool {
	return target == ErrNoAgent && (!e.Known || !e.Last.Connected)
}

// Unwrap returns why nobody waits any longer.
func (e *NoAgentError) Unwrap() error { return e.Err }

func (h *Hub) noAgent(label string, role wire.Role, err error) error {
	last, known := h.Agent(label, role)
	return &NoAgentError{Label: label, Role: role, Last: last, Known: known, Err: err}
}

// TimeoutError says that an agent did not answer a command in time. It may be
// suspended, and it may still do what it was asked when it wakes.
type TimeoutError struct {
	Label   string
	Command string
	After   time.Duration
	// Asked is when the heartbeat was sent that it has not answered either, zero
	// if it has.
	Asked time.Time
	Err   error
}

// Error implements error.
func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("command %s to %q: no answer after %s", e.Command, e.Label, e.After.Round(time.Millisecond))
	if !e.Asked.IsZero() {
		text += fmt.Sprintf("; it has not answered a heartbeat since %s either: the system may have suspended the app, bring it to the foreground", e.Asked.Format(time.RFC3339))
	}
	return text
}

// Unwrap returns the context's error.
func (e *TimeoutError) Unwrap() error { return e.Err }

// maxCalls bounds the commands that a link has not answered, given up ones
// included: they lie in a suspended agent's socket.
const maxCalls = 32

// calls are the commands that a link has not answered.
type calls struct {
	mu    sync.Mutex
	next  uint64
	open  map[uint64]chan *wire.Result
	ended bool
}

func (c *calls) init() { c.open = make(map[uint64]chan *wire.Result) }

func (c *calls) begin() (uint64, chan *wire.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return 0, nil, ErrLost
	}
	if len(c.open) >= maxCalls {
		return 0, nil, ErrBusy
	}
	c.next++
	answer := make(chan *wire.Result, 1)
	c.open[c.next] = answer
	return c.next, answer, nil
}

func (c *calls) answer(r *wire.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer, ok := c.open[r.ID]; ok {
		delete(c.open, r.ID)
		answer <- r
	}
}

// end fails what is open.
func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for id, answer := range c.open {
		delete(c.open, id)
		close(answer)
	}
}

// Command asks the newest connected process of a label and role, and returns
// its answer. args is marshalled to JSON; nil sends none. The agent's own
// refusal is a *wire.Failure. The error is *NoAgentError if nobody is
// connected, *TimeoutError if no answer came by ctx's deadline (or, without
// one, within Options.CommandTimeout), errors.Is ErrLost if the link ended,
// ErrBusy if too much is unanswered.
func (h *Hub) Command(ctx context.Context, label string, role wire.Role, name string, args any) (json.RawMessage, error) {
	var raw json.RawMessage
	if args != nil {
		b, err := json.Marshal(args)
		if err != nil {
			return nil, fmt.Errorf("command %s: marshal its arguments: %w", name, err)
		}
		raw = b
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.opts.CommandTimeout)
		defer cancel()
	}
	l := h.roster.link(label, role)
	if l == nil {
		return nil, h.noAgent(label, role, nil)
	}
	id, answer, err := l.calls.begin()
	if err != nil {
		return nil, fmt.Errorf("command %s to %q: %w", name, label, err)
	}
	begun := time.Now()
	deadline, _ := ctx.Deadline()
	err = l.tell(&wire.Command{ID: id, Name: name, Args: raw, TimeoutMillis: max(1, time.Until(deadline).Milliseconds())})
	if err != nil {
		l.calls.answer(&wire.Result{ID: id})
		return nil, fmt.Errorf("command %s to %q: %w", name, label, err)
	}
	select {
	case r, ok := <-answer:
		switch {
		case !ok:
			return nil, fmt.Errorf("command %s to %q: %w", name, label, ErrLost)
		case r.Error != nil:
			return nil, r.Error
		}
		return r.Value, nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, fmt.Errorf("command %s to %q: %w", name, label, ctx.Err())
		}
		a, _ := h.Agent(label, role)
		return nil, &TimeoutError{Label: label, Command: name, After: time.Since(begun), Asked: a.Asked, Err: ctx.Err()}
	}
}

// link returns the newest open link of a label's process of that role, nil if
// there is none.
func (r *roster) link(label string, role wire.Role) *link {
	r.mu.Lock()
	defer r.mu.Unlock()
	var newest *link
	var since time.Time
	for key, a := range r.agents {
		if key.label == label && key.role == role && len(a.links) > 0 && (newest == nil || a.info.Since.After(since)) {
			newest, since = a.links[len(a.links)-1], a.info.Since
		}
	}
	return newest
}
