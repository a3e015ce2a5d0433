// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

func storedSession(t *testing.T, dir string) *session.Session {
	t.Helper()
	s, err := session.Load(root(dir), time.Now())
	if errors.Is(err, session.ErrNone) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The session that the app was started with is there for every later process,
// whoever started it.
func TestSessionIsKept(t *testing.T) {
	hub := listen(t)
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Session: hub.session("run-1")})
	a.Start(t.Context())
	hub.next(t)
	open(t, agent.Config{Dir: dir, Role: wire.RoleExtension}).Start(t.Context())
	if p := hub.next(t); p.hello.Role != wire.RoleExtension || p.hello.Label != "device-1" {
		t.Errorf("hello %+v", p.hello)
	}
	shut(t, a)
	open(t, agent.Config{Dir: dir}).Start(t.Context())
	if p := hub.next(t); p.hello.Role != wire.RoleMain {
		t.Errorf("hello %+v", p.hello)
	}
}

// silent is a hub that nobody may dial.
func silent(t *testing.T) (url string, dialled func() int) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			_ = conn.Close()
		}
	})
	end := func() { _ = l.Close(); accepting.Wait() }
	t.Cleanup(end)
	return "ws://" + l.Addr().String() + "/agent", func() int { end(); return n }
}

func TestSessionsThatAreNotDialled(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*session.Session)
		stored bool // beforehand, by an earlier process
		want   string
	}{
		{"expired", func(s *session.Session) { s.Expires = time.Now().Add(-time.Second) }, false, "expired"},
		{"expired since it was stored", func(s *session.Session) { s.Expires = time.Now().Add(-time.Second) }, true, "expired"},
		{"not on the loopback", func(s *session.Session) { s.Hub = "ws://192.168.1.2:1234/agent" }, false, "is not on the loopback"},
		{"a name", func(s *session.Session) { s.Hub = "ws://localhost:1234/agent" }, false, "does not name an IP address"},
		{"a token too short", func(s *session.Session) { s.Token = s.Token[:8] }, false, "the token has 8 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, dialled := silent(t)
			dir := t.TempDir()
			s := &session.Session{Hub: url, Run: "run-1", Label: "device-1", Token: runToken, Expires: time.Now().Add(time.Hour),
				Extension: &session.Answer{Title: "t"}}
			c.change(s)
			if c.stored {
				if err := s.Save(root(dir)); err != nil {
					t.Fatal(err)
				}
				s = nil
			}
			a := open(t, agent.Config{Dir: dir, Session: s})
			a.Start(t.Context())
			keep(t, deliver(a, "{}"))
			if connected, trouble := a.Link(); connected || !strings.Contains(trouble, c.want) {
				t.Errorf("connected %v, trouble %q, want %q", connected, trouble, c.want)
			}
			if err := a.Flush(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("flush: %v, want %q", err, c.want)
			}
			if answer := a.ExtensionAnswer(message("{}")); answer != nil {
				t.Errorf("answer %+v by a session that is not in force", answer)
			}
			shut(t, a)
			if n := dialled(); n != 0 {
				t.Errorf("dialled %d times", n)
			}
			if n := len(arrivals(stored(t, dir))); n != 1 {
				t.Errorf("%d arrivals stored, want 1", n)
			}
		})
	}
}

// A session that expires while it is in force ends the link.
func TestSessionExpires(t *testing.T) {
	hub := listen(t)
	s := hub.session("run-1")
	var mu sync.Mutex
	now := time.Now()
	s.Expires = now.Add(time.Hour)
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s.Extension = &session.Answer{Title: "t"}
	a := open(t, agent.Config{Dir: t.TempDir(), Session: s, Now: clock})
	if a.ExtensionAnswer(message("{}")) == nil {
		t.Error("no answer while the session is in force")
	}
	mu.Lock()
	now = s.Expires.Add(-100 * time.Millisecond)
	mu.Unlock()
	a.Start(t.Context())
	hub.next(t).hungUp(t)
	mu.Lock()
	now = s.Expires
	mu.Unlock()
	within(t, "the link ends", func() bool {
		connected, trouble := a.Link()
		return !connected && strings.Contains(trouble, "expired")
	})
	var expired *session.ExpiredError
	keep(t, deliver(a, "{}"))
	if err := a.Flush(t.Context()); !errors.As(err, &expired) {
		t.Errorf("flush: %v, want an ExpiredError", err)
	}
	if a.ExtensionAnswer(message("{}")) != nil {
		t.Error("an answer by an expired session")
	}
}

func TestNoSession(t *testing.T) {
	a := open(t, agent.Config{Dir: t.TempDir()})
	a.Start(t.Context())
	keep(t, deliver(a, "{}"))
	if connected, trouble := a.Link(); connected || !strings.Contains(trouble, "no session is stored") {
		t.Errorf("%v, %q", connected, trouble)
	}
	if err := a.Flush(t.Context()); !errors.Is(err, session.ErrNone) {
		t.Errorf("flush: %v, want ErrNone", err)
	}
}

// A session file that cannot be read is named in the log, and is no reason not
// to keep what arrives.
func TestDamagedSession(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(root(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root(dir), "session.json"), []byte(`{"hub":`), 0o600); err != nil {
		t.Fatal(err)
	}
	a := open(t, agent.Config{Dir: dir})
	a.Start(t.Context())
	keep(t, deliver(a, "{}"))
	if _, trouble := a.Link(); !strings.Contains(trouble, "not a JSON object") {
		t.Errorf("trouble %q", trouble)
	}
}

func TestUseSession(t *testing.T) {
	first, second := listen(t), listen(t)
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Session: first.session("run-1")})
	a.Start(t.Context())
	p := first.next(t)
	keep(t, deliver(a, "1"))
	due[*wire.Arrival](t, p)
	a.UseSession(second.session("run-2"))
	left := p.hungUp(t)
	if g, ok := left[len(left)-1].(*wire.Goodbye); !ok || g.EndSession {
		t.Errorf("the last frame to the first hub is %+v, want a goodbye", left[len(left)-1])
	}
	p = second.next(t)
	r := due[*wire.Arrival](t, p) // the first hub has not acknowledged it
	p.ack(r.Origin)
	if err := a.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if s := storedSession(t, dir); s == nil || s.Run != "run-2" {
		t.Errorf("the stored session is %+v, want that of run-2", s)
	}
}

// Sessions may come faster than links end: the last one counts, and one link
// runs.
func TestSessionsAtOnce(t *testing.T) {
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir()})
	a.Start(t.Context())
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() { a.UseSession(hub.session("run-1")) })
		calls.Go(func() { a.EndSession() })
	}
	calls.Wait()
	a.UseSession(hub.session("run-last"))
	keep(t, deliver(a, "{}"))
	for {
		p := hub.next(t)
		frames := make(chan *wire.Arrival, 1)
		go func() {
			for f := range p.frames {
				if r, ok := f.(*wire.Arrival); ok {
					frames <- r
				}
			}
			close(frames)
		}()
		if r, ok := <-frames; ok {
			p.ack(r.Origin)
			break
		}
	}
	if err := a.Flush(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEndSession(t *testing.T) {
	hub := listen(t)
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Session: hub.session("run-1")})
	a.Start(t.Context())
	p := hub.next(t)
	a.EndSession()
	p.hungUp(t)
	if connected, trouble := a.Link(); connected || trouble != link.ErrEnded.Error() {
		t.Errorf("%v, %q", connected, trouble)
	}
	if s := storedSession(t, dir); s != nil {
		t.Errorf("session %+v is still stored", s)
	}
	keep(t, deliver(a, "{}")) // is stored for the next run
	a.UseSession(hub.session("run-2"))
	due[*wire.Arrival](t, hub.next(t))
}

func TestGoodbye(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   bool
		other string // a session stored meanwhile, by the app's other process
		left  string // the run whose session is stored afterwards
	}{
		{"the hub stops", false, "", "run-1"},
		{"the run is over", true, "", ""},
		{"the run is over and another one began", true, "run-2", "run-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := listen(t)
			dir := t.TempDir()
			s := hub.session("run-1")
			s.Extension = &session.Answer{Title: "t"}
			a := open(t, agent.Config{Dir: dir, Session: s})
			a.Start(t.Context())
			p := hub.next(t)
			if c.other != "" {
				if err := hub.session(c.other).Save(root(dir)); err != nil {
					t.Fatal(err)
				}
			}
			p.send(&wire.Goodbye{Reason: "over", EndSession: c.end})
			if c.end {
				p.hungUp(t)
				within(t, "the link ends", func() bool { _, trouble := a.Link(); return trouble == link.ErrEnded.Error() })
			} else {
				p.command(t, wire.CmdEcho, "1", time.Minute)
				_ = p.conn.Close()
				hub.next(t) // it comes back
			}
			if answer := a.ExtensionAnswer(message("{}")); (answer == nil) != c.end {
				t.Errorf("answer %+v", answer)
			}
			shut(t, a)
			run := ""
			if s := storedSession(t, dir); s != nil {
				run = s.Run
			}
			if run != c.left {
				t.Errorf("the stored session is of %q, want %q", run, c.left)
			}
		})
	}
}

// Flush waits for what Deliver has only just taken.
func TestFlush(t *testing.T) {
	d := newDisk()
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir(), Session: hub.session("run-1"), Journal: d.options()})
	a.Start(t.Context())
	p := hub.next(t)
	resume := d.hold(t)
	deliver(a, "{}")
	wait(t, d.writing)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Flush(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("flush while the disk does not answer: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Flush(t.Context()) }()
	resume()
	r := due[*wire.Arrival](t, p)
	select {
	case err := <-done:
		t.Errorf("flush returned (%v) before the hub had acknowledged", err)
	default:
	}
	p.ack(r.Origin)
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}
