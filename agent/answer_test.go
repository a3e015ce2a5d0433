// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

var testTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNonce(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"in a JSON text", `{"data":"{\"_pp\":\"n1\",\"order\":7}"}`, "n1"},
		{"in an object", `{"data":{"_pp":"n1"}}`, "n1"},
		{"no object", `{"data":"order 7"}`, ""},
		{"no nonce", `{"data":"{\"order\":7}"}`, ""},
		{"no text", `{"data":"{\"_pp\":[1]}"}`, ""},
		{"no extra data", `{}`, ""},
		{"no JSON", `{"data":`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := agent.Nonce(push.Payload{Type: "IM", Data: c.data}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestExtensionAnswer(t *testing.T) {
	payload := push.Payload{Type: "IM", Data: `{"data":"{\"_pp\":\"n1\"}"}`}
	one := 1
	for _, c := range []struct {
		name   string
		answer *session.Answer
		want   *agent.Answer
	}{
		{"left to the app", nil, nil},
		{"with the nonce", &session.Answer{Title: "T {{nonce}}", Text: "{{nonce}}{{nonce}}", Badge: &one, DelayMillis: 1500},
			&agent.Answer{Title: "T n1", Text: "n1n1", Badge: &one, Delay: 1500 * time.Millisecond}},
		{"without", &session.Answer{Title: "T"}, &agent.Answer{Title: "T"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := open(t, agent.Config{Dir: t.TempDir(), Role: wire.RoleExtension, Session: &session.Session{
				Hub: "ws://127.0.0.1:9/agent", Run: "run-1", Label: "device-1", Token: runToken,
				Expires: time.Now().Add(time.Hour), Extension: c.answer,
			}})
			if diff := cmp.Diff(c.want, a.ExtensionAnswer(payload)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
