// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package quota is the ledger of what was sent, and of what Push Kit's limits
// still allow: so many test messages a day and project, so many background
// messages an hour and device. The limits are the table of fixtures.Paces.
//
// It guarantees that, however many processes share the Store of a Ledger, no
// more is reserved than a limit allows unless it is forced; that a reservation
// whose process died counts no longer than its lease; and that a refusal says
// which limit stands in the way, with its source, and when there is room again.
// It holds no Push Token, only fingerprints.
//
// It does not know what was sent without it: by the team's own server, or from
// another computer. Nor does it know which categories an app has a right to but
// those that App.Rights names.
package quota

import (
	"encoding/json"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Send is a message to one addressee, as far as limits look at it.
type Send struct {
	// Project is the project in AppGallery Connect.
	Project string
	// App is the bundle name, "" where it is not known.
	App string
	// Device is the connect key, "" where only the token is known.
	Device string
	// Token is the token's fingerprint, "" where it is not known yet.
	Token string
	// Kind is the message's, Category that of its notification.
	Kind     push.Kind
	Category string
	// Item is the card that a form message refreshes, or the live view.
	Item string
	// Event is the live view's, e.g. TAXI. Operation is 0 for what creates it, 1
	// for an update and 2 for its end.
	Event     string
	Operation int
	// Test is set for a test message.
	Test bool
	// Further is set for each addressee of a request but its first: limits on
	// requests do not count it.
	Further bool
}

// Message is what a Send is made of; each pushcloud.Message is one.
type Message interface {
	// Kind says which limits the message counts against.
	Kind() push.Kind
	// Payload is the request's payload object: some limits depend on the
	// category, the card or the activity that it names.
	Payload() (json.RawMessage, error)
}

// Payer is to whom messages are charged.
type Payer struct {
	// Project, App, Device and Token are those of a Send.
	Project, App, Device, Token string
	// Test is set where test messages are sent.
	Test bool
}

// Send returns what m is to the limits.
func (p Payer) Send(m Message) (Send, error) {
	s := Send{Project: p.Project, App: p.App, Device: p.Device, Token: p.Token, Test: p.Test, Kind: m.Kind()}
	payload, err := m.Payload()
	if err != nil {
		return s, fmt.Errorf("read the %v message to charge it: %w", s.Kind, err)
	}
	s.Category = gjson.GetBytes(payload, "notification.category").Str
	switch s.Kind {
	case push.KindForm:
		s.Item = gjson.GetBytes(payload, "formId").Raw
	case push.KindLiveView:
		s.Item = gjson.GetBytes(payload, "activityId").Raw
		s.Event = gjson.GetBytes(payload, "event").Str
		s.Operation = int(gjson.GetBytes(payload, "operation").Int())
	}
	return s, nil
}

// SendAll returns what m is to the limits, sent to each of these tokens in as
// few requests as Push Kit allows; they are given by their fingerprints.
func (p Payer) SendAll(m Message, tokens []string) ([]Send, error) {
	s, err := p.Send(m)
	if err != nil {
		return nil, err
	}
	sends := make([]Send, len(tokens))
	for i, token := range tokens {
		sends[i] = s
		sends[i].Token = token
		sends[i].Further = i%p.PerRequest(s.Kind) != 0
	}
	return sends, nil
}

// PerRequest is to how many tokens one request may go.
func (p Payer) PerRequest(kind push.Kind) int {
	switch {
	case kind == push.KindForm:
		return int(fixtures.LimitOf("tokens.form.max"))
	case p.Test:
		return int(fixtures.LimitOf("tokens.test.max"))
	}
	return int(fixtures.LimitOf("tokens.max"))
}
