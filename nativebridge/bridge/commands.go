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
// thread: with the command's number, its name and its arguments as JSON. It
// never waits.
type Caller interface {
	// Command returns an error if the call cannot be made: nobody answers then.
	Command(id int64, name, args string) error
	// Release lets the function go.
	Release()
}

// commands are what the platform was asked and has not answered.
type commands struct {
	mu      sync.Mutex
	caller  Caller
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		if caller != nil {
			caller.Release()
		}
		return newError(CodeStopped, "onCommand: the agent was stopped")
	}
	if c.caller != nil {
		c.caller.Release()
	}
	c.caller = caller
	return nil
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	for id, w := range c.waiting {
		delete(c.waiting, id)
		w <- result{err: &wire.Failure{Code: wire.CodeStopped, Message: "the agent was stopped"}}
	}
	if c.caller != nil {
		c.caller.Release()
		c.caller = nil
	}
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

func (c *commands) begin(name, args string) (int64, chan result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, nil, &wire.Failure{Code: wire.CodeStopped, Message: "the agent was stopped"}
	case c.caller == nil:
		return 0, nil, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": the app has not called onCommand"}
	case len(c.waiting) >= maxCommands:
		return 0, nil, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": too many commands wait for the app"}
	}
	c.next++
	id, answer := c.next, make(chan result, 1)
	c.waiting[id] = answer
	if err := c.caller.Command(id, name, args); err != nil {
		delete(c.waiting, id)
		return 0, nil, &wire.Failure{Code: wire.CodeUnavailable, Message: name + ": " + err.Error()}
	}
	return id, answer, nil
}
