// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestCommandsReachTheAgent: a hub's commands, and the agent's answers to them.
func TestCommandsReachTheAgent(t *testing.T) {
	h := openHub(t, "", t.TempDir())
	a := openAgent(t, agent.Config{Dir: t.TempDir(), Session: sessionFor(h.URL())})
	if _, err := h.WaitAgent(within(t), label, wire.RoleMain, connected); err != nil {
		t.Fatal(err)
	}
	ask := func(ctx context.Context, name string, args any) (json.RawMessage, error) {
		return h.Command(ctx, label, wire.RoleMain, name, args)
	}
	if got, err := ask(within(t), wire.CmdEcho, map[string]int{"n": 7}); err != nil || string(got) != `{"n":7}` {
		t.Errorf("echo %s, %v", got, err)
	}
	if got, err := ask(within(t), wire.CmdTokenGet, nil); err != nil || string(got) != `{"fingerprint":"`+push.NewToken("token-1").Fingerprint()+`"}` {
		t.Errorf("token %s, %v", got, err)
	}
	_, err := h.WaitAgent(within(t), label, wire.RoleMain, func(a hub.Agent) bool { return a.Token == push.NewToken("token-1") })
	if err != nil {
		t.Errorf("the token that the command fetched did not reach the hub: %v", err)
	}
	var refused *wire.Failure
	if _, err := ask(within(t), wire.CmdNotificationsRequest, nil); !errors.As(err, &refused) || refused.Code != "1600004" {
		t.Errorf("%v, want the platform's refusal", err)
	}
	if _, err := ask(within(t), "reboot", nil); !errors.As(err, &refused) || refused.Code != wire.CodeUnknown {
		t.Errorf("%v, want that the command is unknown", err)
	}
	var log []string
	if got, err := ask(within(t), wire.CmdLog, nil); err != nil || json.Unmarshal(got, &log) != nil || len(log) == 0 {
		t.Errorf("log %s, %v", got, err)
	}
	// One that the platform does not answer: the agent says so, unless the hub
	// has given up first.
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var timeout *hub.TimeoutError
	if _, err := ask(late, wire.CmdNotificationsEnabled, nil); !errors.As(err, &timeout) &&
		(!errors.As(err, &refused) || refused.Code != wire.CodeTimeout) {
		t.Errorf("%v, want a time-out", err)
	}
	// The run is over.
	if err := h.End(within(t), run); err != nil {
		t.Fatal(err)
	}
	if _, err := h.WaitAgent(within(t), label, wire.RoleMain, func(a hub.Agent) bool { return !a.Connected }); err != nil {
		t.Error(err)
	}
	closeAgent(t, a)
}
