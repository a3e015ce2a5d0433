// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestCommands(t *testing.T) {
	hold := make(chan struct{}, 2)
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		if n > 1 {
			return
		}
		defer close(done)
		p.welcome(time.Minute)
		result := func(id uint64) *wire.Result {
			r := expect[*wire.Result](p)
			if r == nil || r.ID != id {
				t.Errorf("result %+v, want the one of %d", r, id)
				return &wire.Result{Error: &wire.Failure{}}
			}
			return r
		}
		code := func(id uint64, want string) {
			if r := result(id); r.Error == nil || r.Error.Code != want {
				t.Errorf("command %d: %+v, want code %s", id, r, want)
			}
		}
		// The second one is answered first; a third has no room.
		p.send(&wire.Command{ID: 1, Name: "hold"}, &wire.Command{ID: 2, Name: "echo", Args: json.RawMessage(`{"a":1}`)})
		if r := result(2); string(r.Value) != `{"a":1}` {
			t.Errorf("echo %s", r.Value)
		}
		p.send(&wire.Command{ID: 3, Name: "hold"}, &wire.Command{ID: 4, Name: "echo"})
		code(4, wire.CodeUnavailable)
		hold <- struct{}{}
		hold <- struct{}{}
		for range 2 {
			if r := expect[*wire.Result](p); r != nil && r.Error != nil {
				t.Errorf("held: %+v", r)
			}
		}
		p.send(&wire.Command{ID: 5, Name: "nonsense"})
		code(5, wire.CodeUnknown)
		p.send(&wire.Command{ID: 6, Name: "large"})
		code(6, wire.CodeTooLarge)
		p.send(&wire.Command{ID: 7, Name: "slow", TimeoutMillis: 1})
		code(7, wire.CodeTimeout)
		// One that is under way when the link goes ends with it.
		p.send(&wire.Command{ID: 8, Name: "slow"})
	})
	cfg := config(hub, newMemory("e"))
	cfg.Commands = 2
	cfg.OnCommand = func(ctx context.Context, c *wire.Command) *wire.Result {
		switch c.Name {
		case "hold":
			select {
			case <-hold:
			case <-ctx.Done():
			}
			return &wire.Result{}
		case "echo":
			return &wire.Result{Value: c.Args}
		case "large":
			b, _ := json.Marshal(strings.Repeat("x", wire.MaxFrame))
			return &wire.Result{Value: b}
		case "slow":
			<-ctx.Done()
			return &wire.Result{Error: &wire.Failure{Code: wire.CodeTimeout, Message: ctx.Err().Error()}}
		}
		return nil
	}
	start(t, cfg)
	wait(t, "the commands", done)
}

// TestToken reports the token after the welcome and after a change.
func TestToken(t *testing.T) {
	changed := make(chan struct{}, 1)
	value := make(chan string, 2)
	value <- "first"
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		if n > 1 {
			return
		}
		defer close(done)
		p.welcome(time.Minute)
		for _, want := range []string{"first", "second"} {
			if tok := expect[*wire.Token](p); tok == nil || tok.Value != want {
				t.Errorf("token %v, want that of %q", tok, want)
			}
			if want == "first" {
				value <- "second"
				changed <- struct{}{}
			}
		}
	})
	cfg := config(hub, newMemory("e"))
	cfg.TokenChanged = changed
	cfg.Token = func() *wire.Token {
		select {
		case v := <-value:
			return &wire.Token{Value: v}
		default:
			return nil
		}
	}
	start(t, cfg)
	wait(t, "the tokens", done)
}

func TestHeartbeat(t *testing.T) {
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		p.welcome(time.Minute)
		before := time.Now().UnixNano()
		p.send(&wire.Heartbeat{ID: 3, T1: 5})
		h := expect[*wire.Heartbeat](p)
		if h == nil {
			return
		}
		after := time.Now().UnixNano()
		if h.ID != 3 || h.T1 != 5 || h.T2 < before || h.T3 < h.T2 || after < h.T3 || h.T4 != 0 {
			t.Errorf("answered %+v between %d and %d", h, before, after)
		}
		close(done)
		p.until()
	})
	start(t, config(hub, newMemory("e")))
	wait(t, "the answer", done)
}

// TestSilentHub is dialled again, while one with a heartbeat is kept.
func TestSilentHub(t *testing.T) {
	second := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		p.welcome(10 * time.Millisecond)
		if n == 2 {
			close(second)
		}
		p.until()
	})
	start(t, config(hub, newMemory("e")))
	wait(t, "the second connection", second)
}

// TestHubThatReadsNothing is given up when a message cannot be written in time.
func TestHubThatReadsNothing(t *testing.T) {
	m := newMemory("e")
	m.add(t, 60, wire.MaxFrame-1024) // more than the sockets' buffers take
	second := make(chan struct{})
	release := make(chan struct{})
	defer close(release)
	hub := scripted(t, func(p *peer, n int) {
		_ = p.conn.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
		p.welcome(time.Minute)
		switch n {
		case 1:
			<-release
		case 2:
			close(second)
			p.until()
		}
	})
	cfg := config(hub, m)
	cfg.Window = 1 << 30
	cfg.WriteTimeout = 50 * time.Millisecond
	start(t, cfg)
	wait(t, "the second connection", second)
}

// TestUnusableFrames are answered if they may be, and end the link otherwise.
func TestUnusableFrames(t *testing.T) {
	second := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		p.welcome(time.Minute)
		if n == 2 {
			close(second)
			p.until()
			return
		}
		_ = p.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"novelty"}`))
		if e := expect[*wire.Error](p); e == nil || e.Code != wire.CodeUnknownType || e.Frame != "novelty" || e.Fatal {
			t.Errorf("answer to an unknown type: %+v", e)
		}
		p.send(&wire.Hello{})
		if e := expect[*wire.Error](p); e == nil || e.Code != wire.CodeOrder || e.Frame != wire.TypeHello || e.Fatal {
			t.Errorf("answer to a hello: %+v", e)
		}
		_ = p.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":`))
		if g := expect[*wire.Goodbye](p); g == nil || !strings.Contains(g.Reason, "unusable") {
			t.Errorf("goodbye %+v", g)
		}
	})
	start(t, config(hub, newMemory("e")))
	wait(t, "the second connection", second)
}

// TestGoodbye dials again unless the session is over.
func TestGoodbye(t *testing.T) {
	hub := scripted(t, func(p *peer, n int) {
		p.welcome(time.Minute)
		p.send(&wire.Goodbye{Reason: fmt.Sprint(n), EndSession: n == 2})
		if n == 1 {
			_ = p.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, "later"))
		}
		p.until()
	})
	cfg := config(hub, newMemory("e"))
	var reasons []string
	cfg.OnGoodbye = func(g *wire.Goodbye) { reasons = append(reasons, g.Reason) }
	_, ended := start(t, cfg)
	if err := wait(t, "the end", ended); !errors.Is(err, link.ErrEnded) {
		t.Errorf("Run = %v, want ErrEnded", err)
	}
	if fmt.Sprint(reasons) != "[1 2]" {
		t.Errorf("goodbyes %v", reasons)
	}
}

// TestFlush fails with what is left and why.
func TestFlush(t *testing.T) {
	m := newMemory("e")
	m.add(t, 3, 1)
	hub := scripted(t, func(p *peer, _ int) {
		p.next()
		p.send(&wire.Error{Code: wire.CodeUnknownRun, Message: "unknown", Fatal: true})
		p.until()
	})
	l, _ := start(t, config(hub, m))
	state(t, l, "the trouble", func(_ bool, last string) bool { return last != "" })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	left := checkType[*link.FlushError](t, l.Flush(ctx))
	if left.Pending != 3 || !errors.Is(left, context.Canceled) || !strings.Contains(left.Error(), "unknown-run") {
		t.Errorf("got %v", left)
	}
}

func TestFlushAfterTheEnd(t *testing.T) {
	m := newMemory("e")
	m.add(t, 1, 1)
	cfg := config("ws://127.0.0.1:9/agent", m)
	cfg.Session.Expires = time.Now()
	l, ended := start(t, cfg)
	end := wait(t, "the end", ended)
	state(t, l, "the end", func(bool, string) bool { return true })
	err := l.Flush(context.Background())
	if left := checkType[*link.FlushError](t, err); left.Err.Error() != end.Error() {
		t.Errorf("got %v, want it to wrap %v", left, end)
	}
}
