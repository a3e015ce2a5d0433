// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Fate is what became of a message for one token.
type Fate int

// The fates.
const (
	// NotSent: certainly not taken, and for no fault of the token: the call
	// was not made, or was refused as a whole. The message is still owed.
	NotSent Fate = iota
	// Accepted: taken, which says nothing about its arrival.
	Accepted
	// Rejected: Push Cloud refused the token.
	Rejected
	// Unresolved: taken or not, nobody said. Sent again, the message could
	// arrive twice; an appMessageId lets the device drop the second.
	Unresolved
)

// String is a word or two.
func (f Fate) String() string {
	switch f {
	case NotSent:
		return "not sent"
	case Accepted:
		return "accepted"
	case Rejected:
		return "rejected"
	case Unresolved:
		return "unresolved"
	}
	return fmt.Sprintf("Fate(%d)", int(f))
}

// Result is what became of the message for one token.
type Result struct {
	// Token is whose result it is.
	Token push.Token
	// Fate is what became of it.
	Fate Fate
	// Reason is the key under illegalTokens for a Rejected token; "" if the
	// answer gives none.
	Reason string
	// RequestID is that of the last call with this token, "" if there was no
	// answer.
	RequestID string
	// Err is why, nil for an Accepted token: the error of the last call with
	// it, or what kept the call from being made.
	Err error
}

// Delivery is what became of a message for many tokens.
type Delivery struct {
	// Results has a result for each token, in the order in which the tokens
	// were given.
	Results []Result
	// Calls are those that were made, in the order in which they ended.
	Calls []Call
	// Stopped is why not all calls were made, or nil.
	Stopped error

	request Request
	index   map[push.Token]int
}

func newDelivery(r Request) *Delivery {
	d := &Delivery{request: r, index: make(map[push.Token]int, len(r.Tokens)), Results: make([]Result, 0, len(r.Tokens))}
	d.request.Tokens = nil
	for _, t := range r.Tokens {
		if _, twice := d.index[t]; !twice {
			d.index[t] = len(d.Results)
			d.Results = append(d.Results, Result{Token: t})
		}
	}
	return d
}

// Tokens returns those with that fate.
func (d *Delivery) Tokens(fate Fate) []push.Token {
	var found []push.Token
	for _, r := range d.Results {
		if r.Fate == fate {
			found = append(found, r.Token)
		}
	}
	return found
}

// Count returns how many tokens have that fate.
func (d *Delivery) Count(fate Fate) int {
	n := 0
	for _, r := range d.Results {
		if r.Fate == fate {
			n++
		}
	}
	return n
}

// Owed returns the tokens for which the message was certainly not taken and
// that are not themselves to blame: those that a retry may send to. SendOwed
// does.
func (d *Delivery) Owed() []push.Token { return d.Tokens(NotSent) }

// Dead returns the tokens that may be forgotten: they are useless for good, or
// belong to another project. It is empty unless a token of the same delivery
// was accepted: as long as none is, a wrong project or a wrong source of tokens
// looks the same.
func (d *Delivery) Dead() []push.Token {
	if d.Count(Accepted) == 0 {
		return nil
	}
	var dead []push.Token
	for _, r := range d.Results {
		if row, ok := fixtures.ReasonOf(r.Reason); ok && r.Fate == Rejected && (row.Dead || row.Foreign) {
			dead = append(dead, r.Token)
		}
	}
	return dead
}

// Systematic returns what is the matter if all tokens share it: none was
// accepted or left open, and every answer gave the same code or the same
// reason. Then the project, the message or the source of the tokens is wrong,
// and none of them may be deleted. One token alone shares nothing: a reason
// counts from two tokens on.
func (d *Delivery) Systematic() (reason string, ok bool) {
	rejected := 0
	for _, r := range d.Results {
		switch {
		case r.Fate == Accepted, r.Fate == Unresolved, r.Fate == Rejected && rejected > 0 && r.Reason != reason:
			return "", false
		case r.Fate == Rejected:
			reason = r.Reason
			rejected++
		}
	}
	if rejected > 0 {
		return reason, rejected > 1
	}
	var refused *Error
	if errors.As(d.Stopped, &refused) && refused.Code != "" {
		return refused.Code, true
	}
	return "", false
}

// note enters what became of a batch.
func (d *Delivery) note(batch []push.Token, call Call) {
	d.Calls = append(d.Calls, call)
	fate := Accepted
	switch {
	case IsOutcomeUnknown(call.Err):
		fate = Unresolved
	case call.Err != nil:
		fate = NotSent
	}
	requestID := ""
	if call.Response != nil {
		requestID = call.Response.RequestID
	}
	for _, t := range batch {
		d.Results[d.index[t]] = Result{Token: t, Fate: fate, RequestID: requestID, Err: call.Err}
	}
	if call.Response == nil || call.Err == nil {
		return
	}
	for _, t := range call.Response.Accepted {
		d.Results[d.index[t]] = Result{Token: t, Fate: Accepted, RequestID: requestID}
	}
	for _, t := range call.Response.Unresolved {
		d.Results[d.index[t]].Fate = Unresolved
	}
	if len(call.Response.Rejected) == 0 {
		return
	}
	asked := make(map[push.Token]bool, len(batch))
	for _, t := range batch {
		asked[t] = true
	}
	for _, r := range call.Response.Rejected {
		// An answer may name tokens that nobody asked about.
		if asked[r.Token] {
			result := &d.Results[d.index[r.Token]]
			result.Fate, result.Reason = Rejected, r.Reason
		}
	}
}
