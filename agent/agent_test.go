// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestNewRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		config agent.Config
		want   string
	}{
		{"no folder", agent.Config{Role: wire.RoleMain, Kit: &kit{}}, "files folder"},
		{"no role", agent.Config{Dir: t.TempDir(), Kit: &kit{}}, "neither main nor extension"},
		{"an unknown role", agent.Config{Dir: t.TempDir(), Role: "form", Kit: &kit{}}, `"form"`},
		{"no kit", agent.Config{Dir: t.TempDir(), Role: wire.RoleMain}, "needs a Kit"},
		{"a file for a folder", agent.Config{Dir: file, Role: wire.RoleMain, Kit: &kit{}}, "make the agent's folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := agent.New(c.config)
			if err == nil {
				shut(t, a)
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q does not say %q", err, c.want)
			}
		})
	}
}

func TestOneMainProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	if _, err := agent.New(agent.Config{Dir: dir, Role: wire.RoleMain, Kit: &kit{}}); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("a second main agent: %v, want ErrLocked", err)
	}
	extension := open(t, agent.Config{Dir: dir, Role: wire.RoleExtension})
	keep(t, deliver(a, "1"), deliver(extension, "2"))
	shut(t, a)
	keep(t, deliver(open(t, agent.Config{Dir: dir}), "3"))
}

func TestCloseKeepsWhatIsQueued(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	var all []*agent.Delivery
	for range 1000 {
		all = append(all, deliver(a, "{}"))
	}
	shut(t, a)
	keep(t, all...)
	if n := len(arrivals(stored(t, dir))); n != len(all) {
		t.Fatalf("%d of %d deliveries are stored", n, len(all))
	}
}

// Whatever is called after Close, or while it runs, has an answer.
func TestCallsAfterClose(t *testing.T) {
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir(), Session: hub.session("run-1")})
	a.Start(t.Context())
	hub.next(t)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for range 50 {
				d := deliver(a, "{}")
				if wait(t, d.Done()); d.Err() != nil && !errors.Is(d.Err(), agent.ErrStopped) {
					t.Error(d.Err())
				}
			}
		})
		calls.Go(func() { shut(t, a) })
	}
	calls.Wait()
	if err := settle(t, deliver(a, "{}"), a.Click(push.OnCreate, []byte("{}"), time.Now())); !errors.Is(err[0], agent.ErrStopped) || !errors.Is(err[1], agent.ErrStopped) {
		t.Errorf("deliveries to a closed agent: %v", err)
	}
	a.Start(t.Context())
	a.SetStage(lifecycle.StageVisible)
	a.TokenChanged(push.NewToken("t"), nil)
	a.UseSession(hub.session("run-2"))
	a.EndSession()
	if connected, _ := a.Link(); connected {
		t.Error("a closed agent is connected")
	}
	if err := a.Flush(t.Context()); err == nil {
		t.Error("a closed agent flushed")
	}
	if n := len(hub.conns); n != 0 {
		t.Errorf("a closed agent dialled %d times", n)
	}
}

// A Close that nobody waits for any longer goes on, and a second one waits for
// it.
func TestCloseOutlivesItsContext(t *testing.T) {
	disk := newDisk()
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Journal: disk.options()})
	resume := disk.hold(t)
	d := deliver(a, "{}")
	wait(t, disk.writing)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Close(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("a Close whose context ended: %v", err)
	}
	resume()
	shut(t, a)
	keep(t, d)
	if n := len(stored(t, dir)); n != 1 {
		t.Fatalf("%d records, want 1", n)
	}
}

func TestStartTwiceDialsOnce(t *testing.T) {
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir(), Session: hub.session("run-1")})
	if _, trouble := a.Link(); !strings.Contains(trouble, "not started") {
		t.Errorf("before Start: %q", trouble)
	}
	a.Start(t.Context())
	a.Start(t.Context())
	p := hub.next(t)
	within(t, "connected", func() bool { connected, _ := a.Link(); return connected })
	shut(t, a)
	p.hungUp(t)
	if n := len(hub.conns); n != 0 {
		t.Errorf("%d more connections", n)
	}
}

func TestHelloSaysWhoItIs(t *testing.T) {
	hub := listen(t)
	dir := t.TempDir()
	open(t, agent.Config{Dir: dir, Role: wire.RoleExtension, Session: hub.session("run-1")}).Start(t.Context())
	hello := hub.next(t).hello
	hello.Proof = ""
	want := wire.Hello{
		Agent: agent.Version, Label: "device-1", Install: installOf(t, dir), Role: wire.RoleExtension, PID: os.Getpid(), Device: device,
	}
	if *hello != want {
		t.Errorf("hello %+v, want %+v", *hello, want)
	}
}
