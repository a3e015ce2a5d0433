// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// State is how far a message got on its way to one token.
type State string

// The states. The first two are passed through, the others are final.
const (
	// Waiting: in the queue, or with the device.
	Waiting State = "waiting"
	// Held: kept for a device that is offline.
	Held State = "held"
	// Settled: the device, or the cloud in its place, gave a receipt.
	Settled State = "settled"
	// Expired: its ttl passed first. No receipt is given.
	Expired State = "expired"
	// Revoked: it was taken back before the device got it. No receipt is given.
	Revoked State = "revoked"
	// Asked is the end of a revocation: the device has been asked.
	Asked State = "asked"
	// Lost: a fault dropped it. No receipt is given.
	Lost State = "lost"
)

// Activity is one request and what became of it. It holds no token and no JWT.
type Activity struct {
	// At is when the request came, by the real clock.
	At        time.Time `json:"at"`
	RequestID string    `json:"requestId"`
	Project   string    `json:"project"`
	// API is the call, "" for an unknown path.
	API fixtures.API `json:"api,omitempty"`
	// PushType is the header's value, -1 if there was no valid one.
	PushType   int    `json:"pushType"`
	HTTPStatus int    `json:"httpStatus"`
	Code       string `json:"code"`
	// Msg is the answer's msg, with fingerprints in the place of tokens.
	Msg string `json:"msg"`
	// Detail says what the simulator saw, in its own words; "" for a success.
	Detail string `json:"detail,omitempty"`
	BiTag  string `json:"biTag,omitempty"`
	Test   bool   `json:"test"`
	// CategoryAsked is the category that the request names.
	CategoryAsked string      `json:"categoryAsked,omitempty"`
	Rejected      []Rejection `json:"rejected,omitempty"`
	Deliveries    []Delivery  `json:"deliveries,omitempty"`
	// Faults are the ids of the rules that took the answer's place or altered
	// it.
	Faults []string `json:"faults,omitempty"`
}

// Rejection is a token that the request may not be sent to.
type Rejection struct {
	// Token is the token's fingerprint.
	Token string `json:"token"`
	// Reason is the key of illegalTokens.
	Reason string `json:"reason"`
}

// Delivery is what became of a request for one token.
type Delivery struct {
	// Token is the token's fingerprint.
	Token  string `json:"token"`
	Device string `json:"device"`
	Bundle string `json:"bundle"`
	// Category is the one that the system saw: a category without right has
	// become MARKETING.
	Category string `json:"category,omitempty"`
	State    State  `json:"state"`
	// Receipt is the result; nil until, and unless, State is Settled.
	Receipt *sim.Receipt `json:"receipt,omitempty"`
	// At is when State was reached, by the real clock.
	At time.Time `json:"stateAt"`
	// Faults are the ids of the rules that hit the delivery.
	Faults []string `json:"faults,omitempty"`
}

// Final reports whether nothing more will come of the delivery.
func (d Delivery) Final() bool { return d.State != Waiting && d.State != Held }

// Final reports whether nothing more will come of the request.
func (a Activity) Final() bool {
	return !slices.ContainsFunc(a.Deliveries, func(d Delivery) bool { return !d.Final() })
}

// String is a line for a failure text.
func (a Activity) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s push-type %d: %s %s", a.RequestID, a.PushType, a.Code, a.Msg)
	if a.Detail != "" {
		fmt.Fprintf(&b, " (%s)", a.Detail)
	}
	for _, d := range a.Deliveries {
		fmt.Fprintf(&b, "; %s on %s: %s", d.Token, d.Device, d.State)
		if d.Receipt != nil {
			fmt.Fprintf(&b, " %d", *d.Receipt)
		}
	}
	return b.String()
}

// Activity returns the record of the last requests, oldest first. The record
// is bounded by Options.ActivityLimit.
func (c *Cloud) Activity() []Activity {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Activity, len(c.activity.records))
	for i, rec := range c.activity.records {
		all[i] = rec.snapshot()
	}
	return all
}

// Wait returns the first record that match accepts, looking at those already
// there, then at each that is new or changes. It ends with ctx or the cloud,
// and then says what it saw last. match is called without a lock, never twice
// at the same time.
func (c *Cloud) Wait(ctx context.Context, match func(Activity) bool) (Activity, error) {
	var seen uint64
	var last *Activity
	for {
		c.mu.Lock()
		news, changed, closed := c.activity.since(seen), c.activity.watch(), c.closed
		seen = c.activity.version
		c.mu.Unlock()
		for _, a := range news {
			if match(a) {
				return a, nil
			}
			last = &a
		}
		err := error(nil)
		if closed {
			err = errClosed
		} else {
			select {
			case <-changed:
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
		}
		if err != nil {
			return Activity{}, waitError(last, err)
		}
	}
}

var errClosed = errors.New("the simulated cloud was closed")

func waitError(last *Activity, err error) error {
	if last == nil {
		return fmt.Errorf("wait for the cloud's activity: there was none: %w", err)
	}
	return fmt.Errorf("wait for the cloud's activity: the last was %v: %w", *last, err)
}

// Settled waits until nothing more will come of a request and returns its
// record.
func (c *Cloud) Settled(ctx context.Context, requestID string) (Activity, error) {
	return c.Wait(ctx, func(a Activity) bool { return a.RequestID == requestID && a.Final() })
}
