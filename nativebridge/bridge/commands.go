// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

const (
	// maxCommands bounds what waits for the platform at a time.
	maxCommands = 64
	// commandLimit is how long the platform has, unless the asker's own time is
	// shorter: getToken may wait for the network.
	commandLimit = 60 * time.Second
)

// Caller calls the function that onCommand has registered, on the JavaScript
// thread: with the command's number, its name and its arguments as JSON. Bridge
// holds no lock while it calls: an engine may make either wait until the
// JavaScript thread has come out of a call-back, in which it calls Reply.
type Caller interface {
	// Command returns an error if the call cannot be made: nobody answers then.
	Command(id int64, name, args string) error
	// Release lets the function go.
	Release()
}

// commands are what the platform was asked and has not answered.
type commands struct {
	mu     sync.Mutex
	caller Caller
	// uses counts what was registered, to tell that the caller is another one.
	uses    int64
	next    int64
	waiting map[int64]chan result
	closed  bool
	late    int64
}

type result struct {
	value json.RawMessage
	err   error
}

func newCommands() *commands { return &commands{waiting: map[int64]chan result{}} }

// OnCommand registers who asks the platform, in place of who did; nil
// unregisters.
func (b *Bridge) OnCommand(c Caller) error { return b.commands.use(c) }

// Reply answers a command with the JSON of its result, "" for none. One that is
// not waited for any more is ignored: it was late.
func (b *Bridge) Reply(id int64, text string) error {
	if text == "" {
		text = "null"
	}
	if !json.Valid([]byte(text)) {
		err := newError(CodeParameter, "reply: command %d: the result is no JSON", id)
		b.commands.end(id, result{err: &wire.Failure{Code: wire.CodeUnavailable, Message: err.Message}})
		return err
	}
	b.commands.end(id, result{value: json.RawMessage(text)})
	return nil
}

// Fail answers a command with the platform's error.
func (b *Bridge) Fail(id, code int64, message string) {
	b.commands.end(id, result{err: failure(code, message)})
}

func (c *commands) use(caller Caller) error {
	released, err := c.replace(caller)
	if released != nil {
		released.Release()
	}
	return err
}

// replace returns which of the callers is to be let go.
func (c *commands) replace(caller Caller) (Caller, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return caller, newError(CodeStopped, "onCommand: the agent was stopped")
	}
	old := c.caller
	c.caller = caller
	c.uses++
	return old, nil
}

func (c *commands) end(id int64, r result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, waits := c.waiting[id]
	if !waits {
		c.late++
		return
	}
	delete(c.waiting, id)
	w <- r // it has room for one
}

// close fails what waits, and lets the function go.
func (c *commands) close() {
	if caller := c.shut(); caller != nil {
		caller.Release()
	}
}

// shut is close, but for the caller that it returns.
func (c *commands) shut() Caller {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	for id, w := range c.waiting {
		delete(c.waiting, id)
		w <- result{err: &wire.Failure{Code: wire.CodeStopped, Message: "the agent was stopped"}}
	}
	caller := c.caller
	c.caller = nil
	return caller
}

// ask asks the platform and waits for its answer, for the context, or for
// commandLimit.
func (c *commands) ask(ctx context.Context, name string, args, into any) error {
	text, err := json.Marshal(args)
	if err != nil {
		return wrap(err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	id, answer, err := c.begin(name, string(text))
	if err != nil {
		return err
	}
	select {
	case r := <-answer:
		if r.err != nil || into == nil {
			return r.err
		}
		if err := json.Unmarshal(r.value, into); err != nil {
			return &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": the app's answer is not of the right shape"}
		}
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
		return ctx.Err()
	}
}

// begin asks. The answer may come before it returns.
func (c *commands) begin(name, args string) (int64, chan result, error) {
	id, answer, caller, uses, err := c.enter(name)
	for err == nil {
		refused := caller.Command(id, name, args)
		if refused == nil {
			break
		}
		caller, uses, err = c.again(id, uses, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": " + refused.Error()})
		if caller == nil {
			break
		}
	}
	return id, answer, err
}

// enter notes a command that is about to be asked, and returns whom to ask.
func (c *commands) enter(name string) (id int64, answer chan result, caller Caller, uses int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, nil, nil, 0, &wire.Failure{Code: wire.CodeStopped, Message: "the agent was stopped"}
	case c.caller == nil:
		return 0, nil, nil, 0, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": the app has not called onCommand"}
	case len(c.waiting) >= maxCommands:
		return 0, nil, nil, 0, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": too many commands wait for the app"}
	}
	c.next++
	answer = make(chan result, 1)
	c.waiting[c.next] = answer
	return c.next, answer, c.caller, c.uses, nil
}

// again returns whom to ask in place of a caller that refused: one that took
// its place meanwhile. If there is none the command ends with the refusal, or has
// ended with the agent, which its answer says.
func (c *commands) again(id, uses int64, refusal error) (Caller, int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch _, waits := c.waiting[id]; {
	case !waits:
		return nil, uses, nil
	case c.caller != nil && c.uses != uses:
		return c.caller, c.uses, nil
	}
	delete(c.waiting, id)
	return nil, uses, refusal
}
