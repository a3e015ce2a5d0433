// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
)

// NonceKey is the key that carries the nonce in an extraData that is a JSON
// object, and in clickAction.data.
const NonceKey = "_pp"

// Nonce returns the nonce in the payload's extraData, or "".
func Nonce(p push.Payload) string {
	extra, err := p.ExtraData()
	if err != nil {
		return ""
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(extra), &object) != nil {
		return ""
	}
	var nonce string
	if json.Unmarshal(object[NonceKey], &nonce) != nil {
		return ""
	}
	return nonce
}

// Answer is what the extension ability shall return for a message.
type Answer struct {
	Title, Text string
	// Badge is the badge number to add, nil for none.
	Badge *int
	// Delay is how long the ability shall wait before it answers.
	Delay time.Duration
}

// ExtensionAnswer returns what the session wants the extension ability to
// answer, with the message's nonce filled in; nil if the session leaves the
// answer to the app. It has the outbox synced: after its answer the process may
// end at any time.
func (a *Agent) ExtensionAnswer(p push.Payload) *Answer {
	a.requestSync()
	s := a.current()
	if s == nil || s.Extension == nil {
		return nil
	}
	return fill(s.Extension, Nonce(p))
}

func fill(want *session.Answer, nonce string) *Answer {
	r := strings.NewReplacer("{{nonce}}", nonce)
	return &Answer{
		Title: r.Replace(want.Title),
		Text:  r.Replace(want.Text),
		Badge: want.Badge,
		Delay: time.Duration(want.DelayMillis) * time.Millisecond,
	}
}
