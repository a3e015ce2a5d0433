// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

// The module in the stand-in for ArkTS reports to the hub of the harness, and
// answers it.
func TestArkSession(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		ctx, h := sessions(t, m, "session", asked)
		arrived(t, ctx, h)
	})
}

// Many ask at a time what ArkTS answers within its call-back.
func TestArkCommands(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) { sessions(t, m, "commands", askedAtOnce) })
}

// sessions runs a test of the ArkTS host with a hub, which asks what it is asked
// to in each session: there is one for each way in which the engine locks.
func sessions(t *testing.T, m *hosttest.Machine, test string, ask func(*testing.T, context.Context, *hub.Hub)) (context.Context, *hub.Hub) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	h, err := hub.Open(ctx, hub.Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Runs: map[string][]byte{run: token}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	p := ark(t, m, m.Module(t), "local", test, h.URL())
	var goOn *io.PipeWriter
	p.Stdin, goOn = io.Pipe()
	type end struct {
		said string
		err  error
	}
	ended := make(chan end, 1)
	asking, endAsking := context.WithCancel(ctx)
	defer endAsking()
	go func() {
		said, err := m.Try(t, p)
		cancelIf(err, endAsking)
		ended <- end{said, err}
	}()
	var last time.Time
	for range 2 {
		a, err := h.WaitAgent(asking, label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected && a.Since.After(last) })
		if err != nil {
			break // the program's end says why
		}
		last = a.Since
		ask(t, asking, h)
		if _, err := io.WriteString(goOn, "\n"); err != nil {
			t.Error(err)
		}
	}
	_ = goOn.Close()
	e := <-ended
	if e.err != nil {
		t.Fatalf("%v\n%s", e.err, e.said)
	}
	says(t, e.said, "answered\nanswered\n", "done")
	return ctx, h
}

// cancelIf ends the waiting for a program that has failed.
func cancelIf(err error, cancel context.CancelFunc) {
	if err != nil {
		cancel()
	}
}

// asked asks the platform through the hub: what ArkTS answers by reply, and what
// it refuses by fail.
func asked(t *testing.T, ctx context.Context, h *hub.Hub) {
	t.Helper()
	value, err := h.Command(ctx, label, wire.RoleMain, wire.CmdBadgeGet, nil)
	if err != nil || string(value) != "42" {
		t.Errorf("badge %s, error %v", value, err)
	}
	var failure *wire.Failure
	_, err = h.Command(ctx, label, wire.RoleMain, wire.CmdNotificationsEnabled, nil)
	if !errors.As(err, &failure) || failure.Code != "1600001" || failure.Message != "internal error" {
		t.Errorf("switch: error %v", err)
	}
}

// askedAtOnce asks 320 times, 16 at a time.
func askedAtOnce(t *testing.T, ctx context.Context, h *hub.Hub) {
	t.Helper()
	var asking sync.WaitGroup
	for range 16 {
		asking.Go(func() {
			for range 20 {
				if value, err := h.Command(ctx, label, wire.RoleMain, wire.CmdBadgeGet, nil); err != nil || string(value) != "42" {
					t.Errorf("badge %s, error %v", value, err)
					return
				}
			}
		})
	}
	asking.Wait()
}

// arrived checks what the hub has: three messages of each environment.
func arrived(t *testing.T, ctx context.Context, h *hub.Hub) {
	t.Helper()
	environments := map[string]int{}
	err := h.Journaled(func(r *hub.Record) error {
		a, ok := r.Frame.(*wire.Arrival)
		if !ok {
			t.Errorf("the hub has a %T", r.Frame)
			return nil
		}
		if a.Via != push.Default || a.Kind != push.KindAlert || !strings.Contains(string(a.Payload), "n-") {
			t.Errorf("arrival %+v", a)
		}
		environments[r.Origin().Epoch]++
		return ctx.Err()
	})
	if err != nil {
		t.Error(err)
	}
	if len(environments) != 2 {
		t.Errorf("arrivals of %d environments, want 2: %v", len(environments), environments)
	}
	for epoch, n := range environments {
		if n != 3 {
			t.Errorf("%d arrivals of %s, want 3", n, epoch)
		}
	}
}
