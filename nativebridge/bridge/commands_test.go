// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/nativebridge/bridge"
)

// linked is a Bridge whose agent the hub can command.
func linked(t *testing.T) (*bridge.Bridge, *hub.Hub, *platform) {
	t.Helper()
	h, param := openHub(t)
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	b, _ := start(t, o)
	p := newPlatform()
	if err := b.OnCommand(p); err != nil {
		t.Fatal(err)
	}
	if _, err := h.WaitAgent(timeout(t), label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected }); err != nil {
		t.Fatal(err)
	}
	return b, h, p
}

type answer struct {
	raw json.RawMessage
	err error
}

func command(t *testing.T, h *hub.Hub, name string) <-chan answer {
	t.Helper()
	c := make(chan answer, 1)
	ctx := timeout(t)
	go func() {
		raw, err := h.Command(ctx, label, wire.RoleMain, name, struct{}{})
		c <- answer{raw, err}
	}()
	return c
}

func TestCommandsAreAnsweredByThePlatform(t *testing.T) {
	b, h, p := linked(t)
	for _, tc := range []struct {
		command, name, reply, want string
	}{
		{wire.CmdBadgeGet, bridge.CommandBadge, `{"badge":7}`, `7`},
		{wire.CmdNotificationsEnabled, bridge.CommandNotificationsEnabled, `{"enabled":true}`, `true`},
		{wire.CmdNotificationsRequest, bridge.CommandRequestNotifications, ``, ``},
		{wire.CmdTokenDelete, bridge.CommandDeleteToken, ``, ``},
		{wire.CmdLiveViewGet, bridge.CommandLiveView, `{"id":7,"event":"TAXI","sequence":4294967295,"title":"t","text":"x"}`, `"sequence":4294967295`},
		{
			wire.CmdNotificationsActive, bridge.CommandActiveNotifications,
			`[{"id":1,"title":"t n-1","text":"x","appMessageId":"m","slot":"SERVICE_INFORMATION","deliveryTime":1764000000000}]`, `t n-1`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := command(t, h, tc.command)
			asked := receive(t, p.calls)
			if asked.name != tc.name || !json.Valid([]byte(asked.args)) {
				t.Errorf("asked %+v", asked)
			}
			if err := b.Reply(asked.id, tc.reply); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, c); got.err != nil || !strings.Contains(string(got.raw), tc.want) {
				t.Errorf("answer %s, %v; want %s", got.raw, got.err, tc.want)
			}
		})
	}
}

func TestThePlatformsErrorsKeepTheirCodes(t *testing.T) {
	b, h, p := linked(t)
	c := command(t, h, wire.CmdNotificationsRequest)
	b.Fail(receive(t, p.calls).id, 1600004, "refused by the user")
	var failure *wire.Failure
	if got := receive(t, c); !errors.As(got.err, &failure) || failure.Code != "1600004" {
		t.Errorf("error %v", got.err)
	}

	c = command(t, h, wire.CmdBadgeGet)
	if err := b.Reply(receive(t, p.calls).id, "no JSON"); codeOf(err) != bridge.CodeParameter {
		t.Errorf("reply: %v", err)
	}
	if got := receive(t, c); !errors.As(got.err, &failure) || failure.Code != wire.CodeUnavailable {
		t.Errorf("after a reply that is no JSON: %v", got.err)
	}

	c = command(t, h, wire.CmdBadgeGet)
	if err := b.Reply(receive(t, p.calls).id, `"seven"`); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, c); !errors.As(got.err, &failure) || !strings.Contains(failure.Message, "right shape") {
		t.Errorf("after a reply of another shape: %v", got.err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	b, h, p := linked(t)
	p.refuse = errors.New("the JavaScript environment has ended")
	var failure *wire.Failure
	if got := receive(t, command(t, h, wire.CmdBadgeGet)); !errors.As(got.err, &failure) || !strings.Contains(failure.Message, "has ended") {
		t.Errorf("error %v", got.err)
	}
	// The next one takes its place; the first function is let go.
	next := newPlatform()
	if err := b.OnCommand(next); err != nil {
		t.Fatal(err)
	}
	receive(t, p.released)
	c := command(t, h, wire.CmdBadgeGet)
	asked := receive(t, next.calls)
	stop(t, b)
	receive(t, next.released)
	if got := receive(t, c); got.err == nil {
		t.Error("a command that waited at stop was answered")
	}
	// It is late now, and that is no fault.
	if err := b.Reply(asked.id, "{}"); err != nil {
		t.Errorf("a late reply: %v", err)
	}
	if s := b.Stats(); s.Late != 1 || s.Commands != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestAnAppThatHasNotCalledOnCommand(t *testing.T) {
	h, param := openHub(t)
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	start(t, o)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := h.WaitAgent(ctx, label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected }); err != nil {
		t.Fatal(err)
	}
	_, err := h.Command(ctx, label, wire.RoleMain, wire.CmdBadgeGet, struct{}{})
	var failure *wire.Failure
	if !errors.As(err, &failure) || !strings.Contains(failure.Message, "onCommand") {
		t.Errorf("error %v", err)
	}
}

// What another app put into a want ends nothing; it is logged, and not quoted.
func TestASessionThatIsNone(t *testing.T) {
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: "deadbeef"})
	b, l := start(t, o)
	done, c := settled()
	if err := b.Click("onNewWant", want(t, map[string]any{session.ParamKey: "deadbeef", "order": 7}), 1, done); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, c); err != nil {
		t.Fatal(err)
	}
	lines := l.all()
	if len(lines) != 2 {
		t.Fatalf("logged %q, want a line for start and one for the click", lines)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "WARN ") || !strings.Contains(line, "session") || strings.Contains(line, "deadbeef") {
			t.Errorf("logged %q", line)
		}
	}
}
