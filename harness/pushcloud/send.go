// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
)

// Send checks the request and sends it in one call; SendAll takes more tokens.
//
// The response is not nil whenever Push Cloud answered. The error is nil if it
// took the message for every token; otherwise it is an *InvalidError (nothing
// was sent), an *Error (Push Cloud said so; with code 80100000 some tokens were
// accepted all the same) or a *TransportError (no answer).
//
// The request is sent again only where that is right: with back-off when
// nothing was sent or the answer was flow control, and once with a new JWT
// after 80200005. ctx is the budget for all of it. If Push Cloud asks to wait
// (Retry-After) for more than five minutes, the *Error says so at once.
func (c *Client) Send(ctx context.Context, r Request) (*Response, error) {
	e, err := r.encode()
	if err != nil {
		return nil, &InvalidError{Faults: []Fault{{Path: "body", Problem: err.Error()}}}
	}
	revealed := reveal(r.Tokens)
	if !r.Unchecked {
		if faults := e.validate(revealed, r.Options.IsTest()); len(faults) > 0 {
			return nil, &InvalidError{Faults: faults}
		}
	}
	return c.deliver(ctx, &call{
		op: OpSend, url: c.send, pushType: e.pushType, body: e.body(revealed),
		secrets: secrets{tokens: r.Tokens, revealed: revealed},
	})
}

// SendBody sends a whole body as it is, without any check. It is for finding
// out what Push Cloud says to it; the response sorts the tokens that it finds
// under target.token. Results and errors are those of Send.
func (c *Client) SendBody(ctx context.Context, pushType int, body []byte) (*Response, error) {
	var found struct {
		Target struct {
			Token []string `json:"token"`
		} `json:"target"`
	}
	// A body that cannot be read is sent too: its tokens are just not known.
	_ = json.Unmarshal(body, &found)
	tokens := make([]push.Token, len(found.Target.Token))
	for i, t := range found.Target.Token {
		tokens[i] = push.NewToken(t)
	}
	return c.deliver(ctx, &call{
		op: OpSend, url: c.send, pushType: pushType, body: body,
		secrets: secrets{tokens: tokens, revealed: found.Target.Token},
	})
}

// deliver makes a call whose answer is about tokens.
func (c *Client) deliver(ctx context.Context, k *call) (*Response, error) {
	response, _, err := c.ask(ctx, k)
	return response, err
}
