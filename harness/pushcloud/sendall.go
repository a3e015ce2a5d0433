// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"slices"
	"sync"

	"github.com/pushproof/pushproof/agent/push"
)

// SendAll checks the request and sends it to any number of tokens, in calls of
// as many as one may have: 1000, 10 for a test message, 1 for a form. Up to
// Options.InFlight calls are made at the same time. A token that is given twice
// is sent to once.
//
// Each call is sent again as Send does it; when flow control answers one, all
// of them wait, and all end if it asks for more than five minutes. Options.Budget and ctx bound the whole. No further call is
// begun once one was refused for what all have in common (message, credentials,
// rights, quota), Push Cloud cannot be reached, or the outcome of three calls
// in a row is unknown: what is not begun stays owed.
//
// The delivery says what became of each token; it is nil only with an
// *InvalidError. The error is nil if every token was accepted, otherwise it is
// an *InvalidError (nothing was sent) or a *DeliveryError.
func (c *Client) SendAll(ctx context.Context, r Request) (*Delivery, error) {
	e, err := r.encode()
	if err != nil {
		return nil, &InvalidError{Faults: []Fault{{Path: "body", Problem: err.Error()}}}
	}
	if !r.Unchecked {
		if faults := e.validateForAll(reveal(r.Tokens)); len(faults) > 0 {
			return nil, &InvalidError{Faults: faults}
		}
	}
	d := newDelivery(r)
	return d, c.pass(ctx, d, e)
}

// SendOwed sends the message of a delivery to the tokens that it still owes,
// and updates it: Delivery.Owed names them. It sends to no token whose outcome
// is not known, and to none that was refused. The error is that of SendAll.
// The delivery must not be used meanwhile.
func (c *Client) SendOwed(ctx context.Context, d *Delivery) error {
	e, err := d.request.encode()
	if err != nil {
		return &InvalidError{Faults: []Fault{{Path: "body", Problem: err.Error()}}}
	}
	d.Stopped = nil
	return c.pass(ctx, d, e)
}

// validateForAll is validate for tokens of many calls.
func (e encoded) validateForAll(tokens []string) []Fault {
	c := newChecker()
	defer c.release()
	c.size(e)
	if len(tokens) == 0 {
		c.add("target.token", "there is no token")
	}
	c.tokens("target.token", tokens)
	c.message(e)
	return c.faults
}

// unknownInARow is how many calls of unknown outcome end a SendAll.
const unknownInARow = 3

// run is one pass over what a delivery owes.
type run struct {
	client *Client
	e      encoded
	turns  *turns

	mu      sync.Mutex
	d       *Delivery
	batches [][]push.Token
	unknown int
}

// pass goes once over what is owed.
func (c *Client) pass(ctx context.Context, d *Delivery, e encoded) error {
	most, _ := mostTokens(e.pushType, d.request.Options.IsTest())
	batches := slices.Collect(slices.Chunk(d.Owed(), most))
	calls, attempts := len(batches), c.budget
	if attempts <= 0 {
		attempts = calls + calls/2 + 8
	}
	r := &run{client: c, e: e, turns: newTurns(attempts), d: d, batches: batches}
	var workers sync.WaitGroup
	for range min(c.inFlight, calls) {
		workers.Go(func() {
			for {
				batch, ok := r.begin(ctx)
				if !ok {
					return
				}
				r.end(batch, r.send(ctx, batch))
			}
		})
	}
	workers.Wait()
	return d.err()
}

// begin takes the next batch; false if there is none or no more may be begun.
func (r *run) begin(ctx context.Context) ([]push.Token, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.d.Stopped == nil && ctx.Err() != nil && len(r.batches) > 0 {
		r.d.Stopped = context.Cause(ctx)
	}
	if r.d.Stopped != nil || len(r.batches) == 0 {
		return nil, false
	}
	batch := r.batches[0]
	r.batches = r.batches[1:]
	return batch, true
}

// Call is what became of one call of a delivery.
type Call struct {
	// Tokens is to how many it was.
	Tokens int
	// Response is nil if there was no answer.
	Response *Response
	// Err is the error, as Send returns it.
	Err error
}

func (r *run) send(ctx context.Context, batch []push.Token) Call {
	revealed := reveal(batch)
	response, err := r.client.deliver(ctx, &call{
		op: OpSend, url: r.client.send, pushType: r.e.pushType, body: r.e.body(revealed),
		secrets: secrets{tokens: batch, revealed: revealed}, turns: r.turns,
	})
	return Call{Tokens: len(batch), Response: response, Err: err}
}

// end notes what became of a batch.
func (r *run) end(batch []push.Token, call Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.d.note(batch, call)
	switch {
	case call.Err == nil, IsPartial(call.Err), allWereRefused(call.Err):
		r.unknown = 0
		return
	case IsOutcomeUnknown(call.Err):
		if r.unknown++; r.unknown < unknownInARow {
			return
		}
	}
	if r.d.Stopped == nil {
		r.d.Stopped = call.Err
	}
}
