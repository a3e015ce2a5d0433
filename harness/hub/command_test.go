// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// echo answers any command with its arguments.
func echo(_ context.Context, c *wire.Command) *wire.Result {
	switch c.Name {
	case wire.CmdEcho:
		return &wire.Result{Value: c.Args}
	case "fail":
		return &wire.Result{Error: &wire.Failure{Code: "1000900010", Message: "no rights"}}
	}
	return nil
}

func TestCommand(t *testing.T) {
	h := open(t, hub.Options{CommandTimeout: patience})
	agent(t, h.URL(), "phone", func(c *link.Config) { c.OnCommand = echo })
	if _, err := h.WaitAgent(within(t), "phone", wire.RoleMain, connected); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for i := range 100 {
		got, err := h.Command(ctx, "phone", wire.RoleMain, wire.CmdEcho, map[string]int{"i": i})
		if want := fmt.Sprintf(`{"i":%d}`, i); err != nil || string(got) != want {
			t.Fatalf("echo %s, %v; want %s", got, err, want)
		}
	}
	var failure *wire.Failure
	if _, err := h.Command(ctx, "phone", wire.RoleMain, "fail", nil); !errors.As(err, &failure) || failure.Code != "1000900010" {
		t.Errorf("fail = %v", err)
	}
	if _, err := h.Command(ctx, "phone", wire.RoleMain, "nonsense", nil); !errors.As(err, &failure) || failure.Code != wire.CodeUnknown {
		t.Errorf("nonsense = %v", err)
	}
	if _, err := h.Command(ctx, "phone", wire.RoleMain, wire.CmdEcho, func() {}); err == nil {
		t.Error("arguments that are no JSON were sent")
	}
	if _, err := h.Command(ctx, "phone", wire.RoleMain, wire.CmdEcho, strings.Repeat("x", wire.MaxFrame)); err == nil {
		t.Error("arguments beyond a frame were sent")
	}
}

// TestCommandGoesToTheNewestLink of that role, and to an older one when the
// newest has gone.
func TestCommandGoesToTheNewestLink(t *testing.T) {
	h := open(t, hub.Options{})
	var speakers []*speaker
	for _, role := range []wire.Role{wire.RoleMain, wire.RoleMain, wire.RoleExtension} {
		s, _ := speak(t, h, hello("phone", role))
		speakers = append(speakers, s)
	}
	ask := func(role wire.Role, who *speaker) {
		t.Helper()
		answered := make(chan error, 1)
		go func() {
			_, err := h.Command(within(t), "phone", role, wire.CmdState, nil)
			answered <- err
		}()
		c := expect[*wire.Command](who)
		if c.Name != wire.CmdState || c.TimeoutMillis <= 0 {
			t.Errorf("command %+v", c)
		}
		who.send(&wire.Result{ID: c.ID + 1000}) // an answer to nothing
		who.send(&wire.Result{ID: c.ID})
		if err := wait(t, "the answer", answered); err != nil {
			t.Error(err)
		}
	}
	ask(wire.RoleMain, speakers[1])
	ask(wire.RoleExtension, speakers[2])
	_ = speakers[1].conn.Close()
	if _, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return a.Links == 1 }); err != nil {
		t.Fatal(err)
	}
	ask(wire.RoleMain, speakers[0])
	if got := len(h.Agents()); got != 2 {
		t.Errorf("%d agents, want main and extension", got)
	}
}

func TestCommandWithoutAnswer(t *testing.T) {
	h := open(t, hub.Options{})
	_, err := h.Command(within(t), "phone", wire.RoleMain, wire.CmdEcho, nil)
	var none *hub.NoAgentError
	if !errors.As(err, &none) || !errors.Is(err, hub.ErrNoAgent) || none.Known || !strings.Contains(err.Error(), "hdc fport ls") {
		t.Errorf("without an agent: %v", err)
	}
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err = h.Command(ctx, "phone", wire.RoleMain, wire.CmdEcho, nil)
	var late *hub.TimeoutError
	if !errors.As(err, &late) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an answer: %v", err)
	}
	// What is given up stays in the agent's socket: there is an end to it.
	cancelled, stop := context.WithCancel(context.Background())
	stop()
	for range 31 {
		if _, err = h.Command(cancelled, "phone", wire.RoleMain, wire.CmdEcho, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
	}
	if _, err = h.Command(within(t), "phone", wire.RoleMain, wire.CmdEcho, nil); !errors.Is(err, hub.ErrBusy) {
		t.Errorf("with 32 unanswered: %v", err)
	}
	c := expect[*wire.Command](s)
	s.send(&wire.Result{ID: c.ID})
	lost := make(chan error, 1)
	go func() {
		for {
			_, err := h.Command(within(t), "phone", wire.RoleMain, wire.CmdEcho, nil)
			if !errors.Is(err, hub.ErrBusy) {
				lost <- err
				return
			}
		}
	}()
	for range 32 {
		expect[*wire.Command](s)
	}
	s.send(&wire.Goodbye{Reason: "battery"})
	_ = s.conn.Close()
	if err := wait(t, "the end of the command", lost); !errors.Is(err, hub.ErrLost) {
		t.Errorf("with the link gone: %v", err)
	}
	if _, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return !a.Connected }); err != nil {
		t.Fatal(err)
	}
	_, err = h.Command(within(t), "phone", wire.RoleMain, wire.CmdEcho, nil)
	if !errors.As(err, &none) || !none.Known || !strings.Contains(err.Error(), "battery") {
		t.Errorf("after the goodbye: %v", err)
	}
}
