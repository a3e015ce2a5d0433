// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Message is one push and what the witnesses say of it. Its methods may be
// called from any goroutine.
type Message struct {
	dev *Device
	ctx context.Context
	// nonce is "" for a message of Expect until one arrived that matches.
	nonce    string
	kind     push.Kind
	carriers pushcloud.Carriers
	// activity is a live view's activityId.
	activity int64
	// biTag is what a receipt echoes.
	biTag  string
	sentAt time.Time
	// answeredAt is when Push Cloud's answer was there, or its absence.
	answeredAt time.Time
	response   *pushcloud.Response
	sendErr    error
	// matching is set for a message that somebody else sends.
	matching func(Arrival) bool

	mu       sync.Mutex
	found    *Arrival
	sighting *device.Sighting
	// behind is set if the app was not in front when its eyes were to be asked.
	behind bool
	// seenTitle and seenText are what the app saw.
	seenTitle, seenText string
	// notifications is how many with its nonce the app saw at a time.
	notifications int
	inquiry       inquiry
	closed        map[verdict.Witness]verdict.Testimony
}

// PushOption alters how a message is sent.
type PushOption func(*pushing)

// pushing is a request and what pays for it.
type pushing struct {
	pushcloud.Request
	ticket *quota.Ticket
}

// Verbatim keeps the harness from filling or altering fields for the nonce;
// {{nonce}} is still replaced.
func Verbatim() PushOption { return func(p *pushing) { p.Verbatim = true } }

// WithOptions sets the pushOptions. testMessage follows the Config where they
// leave it unset.
func WithOptions(o pushcloud.PushOptions) PushOption {
	return func(p *pushing) { p.Options = o }
}

// To sends to another token than the one that the agent reported, e.g. of an
// app without an agent.
func To(token push.Token) PushOption {
	return func(p *pushing) { p.Tokens = []push.Token{token} }
}

// Paid has a ticket of Device.Reserve pay for the message. Without one Push
// reserves for itself.
func Paid(ticket *quota.Ticket) PushOption { return func(p *pushing) { p.ticket = ticket } }

// NewNonce returns a random nonce of 16 hex digits.
func NewNonce() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// Push sends m to this device's app, with a nonce by which every witness
// recognises it. It always returns a Message: what went wrong with the sending
// is the testimony of the witness "accepted", see also Err. ctx also bounds
// what the matchers do to look for the message.
func (d *Device) Push(ctx context.Context, m pushcloud.Message, options ...PushOption) *Message {
	msg := &Message{dev: d, ctx: ctx, nonce: NewNonce(), closed: map[verdict.Witness]verdict.Testimony{}}
	d.mu.Lock()
	d.sent = append(d.sent, msg)
	d.mu.Unlock()
	p := pushing{Request: pushcloud.Request{Message: m}}
	for _, option := range options {
		option(&p)
	}
	request := p.Request
	if d.s.cfg.Production && request.Options.TestMessage == nil {
		request.Options.TestMessage = new(false)
	}
	if m != nil {
		msg.kind = m.Kind()
	}
	request, msg.carriers, msg.sendErr = pushcloud.Carry(request, msg.nonce)
	if msg.sendErr != nil {
		return msg
	}
	msg.activity = activityOf(msg.kind, request.Message)
	if request.Tokens == nil {
		token, err := d.Token(ctx)
		if err != nil {
			msg.sendErr = err
			return msg
		}
		request.Tokens = []push.Token{token}
	}
	if p.ticket == nil {
		if p.ticket, msg.sendErr = d.reserveOne(ctx, request); msg.sendErr != nil {
			return msg
		}
	}
	msg.biTag = biTagOf(request.Options)
	msg.sentAt = time.Now()
	msg.response, msg.sendErr = d.s.cloud.Send(ctx, request)
	msg.answeredAt = time.Now()
	d.settle(ctx, []*quota.Ticket{p.ticket}, Sent(msg.response, msg.sendErr))
	return msg
}

// Nonce returns the message's nonce, "" for one of Expect.
func (m *Message) Nonce() string { return m.nonce }

// Kind returns the message's kind.
func (m *Message) Kind() push.Kind {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kind
}

// Err returns why the message was not sent or not accepted, nil if it was.
func (m *Message) Err() error { return m.sendErr }

// Response returns Push Cloud's answer, nil if there was none.
func (m *Message) Response() *pushcloud.Response { return m.response }

// SentAt returns when it was sent, on the host's clock.
func (m *Message) SentAt() time.Time { return m.sentAt }

// Sighting returns where the message was seen in the UI tree, or nil.
func (m *Message) Sighting() *device.Sighting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sighting
}

// Arrivals returns the arrivals of this message, in the order in which the hub
// got them; what the user did with the call that it announced is among them. Two
// of different origin are two deliveries.
func (m *Message) Arrivals() []Arrival {
	m.mu.Lock()
	found := m.found
	m.mu.Unlock()
	if m.matching != nil {
		if found == nil {
			return nil
		}
		return []Arrival{*found}
	}
	var list []Arrival
	var calls []string
	for _, a := range m.dev.Arrivals() {
		id := callID(a)
		switch {
		case bytes.Contains(a.Payload, []byte(m.nonce)):
			list = append(list, a)
			if id != "" {
				calls = append(calls, id)
			}
		case a.Via == push.Call && slices.Contains(calls, id):
			list = append(list, a)
		}
	}
	return list
}

// Close ends the wait for a witness: from now on it is silent, unless it has
// said something else, or says it when it is asked again. by says what closed
// it; the first closing stands. The witness verdict.Accepted, which waits only
// after an outcome that is not known, is broken then: that nobody answered is
// no failure of the app.
func (m *Message) Close(w verdict.Witness, by string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.closed[w]; ok {
		return
	}
	t := verdict.Testimony{Witness: w, Answer: verdict.Silent, Closed: by}
	if w == verdict.Accepted {
		t.Answer = verdict.Broken
		if m.sendErr != nil {
			t.Detail = m.sendErr.Error()
		}
	}
	m.closed[w] = t
}

// Record notes a testimony that was taken elsewhere; it stands from now on.
func (m *Message) Record(t verdict.Testimony) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed[t.Witness] = t
}
