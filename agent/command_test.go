// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// connect starts an agent on that platform and returns the hub's end.
func connect(t *testing.T, k *kit) (*agent.Agent, *peer) {
	t.Helper()
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir(), Kit: k, Session: hub.session("run-1")})
	a.Start(t.Context())
	return a, hub.next(t)
}

func TestCommands(t *testing.T) {
	k := &kit{
		token:  func(context.Context) (push.Token, error) { return push.NewToken(secret), nil },
		delete: func(context.Context) error { return nil },
		active: func(context.Context) ([]agent.Notification, error) {
			return []agent.Notification{{ID: 7, Title: "Order 7", Text: "is ready", Badge: 1, Own: true}}, nil
		},
		badge:   func(context.Context) (int, error) { return 3, nil },
		enabled: func(context.Context) (bool, error) { return true, nil },
		request: func(context.Context) error { return nil },
		view: func(_ context.Context, id int64) (agent.LiveView, error) {
			return agent.LiveView{ID: id, Event: "TAXI", Sequence: 2, Title: "On the way", Text: "1.2 km"}, nil
		},
	}
	_, p := connect(t, k)
	for _, c := range []struct{ name, command, args, want string }{
		{"echo", wire.CmdEcho, `{"a":[1,null]}`, `{"a":[1,null]}`},
		{"echo of nothing", wire.CmdEcho, "", "null"},
		{"token", wire.CmdTokenGet, "", `{"fingerprint":"` + push.NewToken(secret).Fingerprint() + `"}`},
		{"token deleted", wire.CmdTokenDelete, "", "null"},
		{"active notifications", wire.CmdNotificationsActive, "", `[{"id":7,"title":"Order 7","text":"is ready","badge":1,"own":true}]`},
		{"notification switch", wire.CmdNotificationsEnabled, "", "true"},
		{"authorisation", wire.CmdNotificationsRequest, "", "null"},
		{"badge", wire.CmdBadgeGet, "", "3"},
		{"live view", wire.CmdLiveViewGet, `{"id":7}`, `{"id":7,"event":"TAXI","sequence":2,"title":"On the way","text":"1.2 km"}`},
		{"flush", wire.CmdFlush, "", "null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := p.command(t, c.command, c.args, time.Minute)
			if r.Error != nil || string(r.Value) != c.want {
				t.Errorf("%s, %v; want %s", r.Value, r.Error, c.want)
			}
		})
	}
	k.active = nil
	if r := p.command(t, wire.CmdNotificationsActive, "", 0); string(r.Value) != "[]" {
		t.Errorf("no notifications: %s, want an empty list", r.Value)
	}
}

func TestStateCommand(t *testing.T) {
	a, p := connect(t, &kit{})
	ask := func() (s wire.State) {
		t.Helper()
		r := p.command(t, wire.CmdState, "", time.Minute)
		if r.Error != nil {
			t.Fatal(r.Error)
		}
		if err := json.Unmarshal(r.Value, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := ask()
	if before.Stage != "alive" || before.Pending != 0 || before.Role != wire.RoleMain || before.Install != p.hello.Install {
		t.Errorf("state %+v", before)
	}
	a.SetStage(lifecycle.StageFocused)
	a.SetStage(lifecycle.StageFocused)
	keep(t, deliver(a, "{}"))
	after := ask()
	if after.Stage != "focused" || !after.StageSince.After(before.StageSince) || after.Pending != 1 || after.Now.Before(after.StageSince) {
		t.Errorf("state %+v after %+v", after, before)
	}
	keep(t, deliver(a, "{}"))
	if again := ask(); !again.StageSince.Equal(after.StageSince) || again.Pending != 2 {
		t.Errorf("state %+v after %+v", again, after)
	}
}

func TestCommandsThatFail(t *testing.T) {
	refused := &wire.Failure{Code: "1600004", Message: "Notification disabled."}
	for _, c := range []struct {
		name    string
		command string
		kit     *kit
		limit   time.Duration
		want    wire.Failure
	}{
		{"unknown", "reboot", &kit{}, time.Minute,
			wire.Failure{Code: wire.CodeUnknown, Message: `this agent (` + agent.Version + `) knows no command "reboot": build the app with a newer one`}},
		{"refused by the platform", wire.CmdNotificationsRequest,
			&kit{request: func(context.Context) error { return fmt.Errorf("ask: %w", refused) }}, time.Minute, *refused},
		{"no code", wire.CmdBadgeGet,
			&kit{badge: func(context.Context) (int, error) { return 0, errors.New("no badge here") }}, time.Minute,
			wire.Failure{Code: wire.CodeUnavailable, Message: "no badge here"}},
		{"switch not answered", wire.CmdNotificationsEnabled, &kit{enabled: hang[bool]}, time.Millisecond,
			wire.Failure{Code: wire.CodeTimeout, Message: "the system did not answer " + wire.CmdNotificationsEnabled + " in time"}},
		{"notifications not answered", wire.CmdNotificationsActive, &kit{active: hang[[]agent.Notification]}, time.Millisecond,
			wire.Failure{Code: wire.CodeTimeout, Message: "the system did not answer " + wire.CmdNotificationsActive + " in time"}},
		{"token not answered", wire.CmdTokenGet, &kit{token: hang[push.Token]}, time.Millisecond,
			wire.Failure{Code: wire.CodeTimeout, Message: "the system did not answer " + wire.CmdTokenGet + " in time"}},
		{"too large an answer", wire.CmdNotificationsActive,
			&kit{active: func(context.Context) ([]agent.Notification, error) {
				return []agent.Notification{{Title: strings.Repeat("x", wire.MaxFrame)}}, nil
			}}, time.Minute, wire.Failure{Code: wire.CodeTooLarge}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, p := connect(t, c.kit)
			r := p.command(t, c.command, "", c.limit)
			if r.Error == nil || r.Error.Code != c.want.Code || c.want.Message != "" && r.Error.Message != c.want.Message {
				t.Errorf("%s, %v; want %+v", r.Value, r.Error, c.want)
			}
		})
	}
}

// A command that the platform does not answer holds up no other, and ends with
// the link.
func TestCommandHoldsUpNobody(t *testing.T) {
	asked := make(chan struct{})
	ended := make(chan error, 1)
	a, p := connect(t, &kit{request: func(ctx context.Context) error {
		close(asked)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}})
	p.send(&wire.Command{ID: 1000, Name: wire.CmdNotificationsRequest})
	wait(t, asked)
	if r := p.command(t, wire.CmdEcho, "1", time.Minute); string(r.Value) != "1" {
		t.Errorf("echo %s, %v", r.Value, r.Error)
	}
	a.EndSession()
	if err := wait(t, ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the command ended by %v", err)
	}
}

func TestLogCommand(t *testing.T) {
	a, p := connect(t, &kit{
		token:   func(context.Context) (push.Token, error) { return push.NewToken(secret), nil },
		request: func(context.Context) error { return errors.New(strings.Repeat(`"€`, 2000)) },
	})
	ask := func() (lines []string) {
		t.Helper()
		r := p.command(t, wire.CmdLog, "", time.Minute)
		if r.Error != nil {
			t.Fatal(r.Error)
		}
		if err := json.Unmarshal(r.Value, &lines); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	// Everything that has to do with a secret.
	p.command(t, wire.CmdTokenGet, "", time.Minute)
	keep(t, deliver(a, `{"header":{"token":"`+secret+`"}}`))
	settle(t, deliver(a, `{"header":{"token":"`+secret+strings.Repeat("x", 40<<10)+`"}}`))
	p.command(t, wire.CmdTokenDelete, "", time.Minute)
	lines := ask()
	if len(lines) == 0 || !strings.Contains(lines[0], "linked to the hub") {
		t.Fatalf("the log is %q", lines)
	}
	// 200 lines, however long, fit into an answer; the oldest go first.
	for range 201 {
		p.command(t, wire.CmdNotificationsRequest, "", time.Minute)
	}
	lines = append(lines, ask()...)
	if n := len(lines); n < 200 || !strings.Contains(lines[n-1], "command failed") || !strings.HasSuffix(lines[n-1], "…") {
		t.Fatalf("%d lines, the last one is %q", n, lines[n-1])
	}
	if diff := cmp.Diff(200, len(ask())); diff != "" {
		t.Error(diff)
	}
	for _, line := range lines {
		if strings.Contains(line, secret) || strings.Contains(line, string(runToken)) || strings.Contains(line, "\n") {
			t.Errorf("the log says %q", line)
		}
	}
}
