// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/wire"
)

// TestResume sends what lies behind the hub's cursor, in order, and what is
// added later.
func TestResume(t *testing.T) {
	m := newMemory("e")
	m.add(t, 5, 10)
	linked := make(chan *wire.Hello, 1)
	hub := scripted(t, func(p *peer, _ int) {
		linked <- p.welcome(time.Minute, m.id(3), wire.Origin{Install: "install-1", Role: wire.RoleMain, Epoch: "other", Seq: 99})
		p.check("behind the cursor", p.arrivals(2), seqs(4, 5))
		m.add(t, 2, 10)
		p.check("added", p.arrivals(2), seqs(6, 7))
		p.send(&wire.Ack{Cursors: wire.Cursors{m.id(7)}})
		p.until()
	})
	l, _ := start(t, config(hub, m))
	if hello := wait(t, "hello", linked); hello.Label != "phone" || hello.PID != 7 {
		t.Errorf("hello %+v", hello)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := l.Flush(ctx); err != nil {
		t.Error(err)
	}
	if m.Pending() != 0 {
		t.Errorf("%d pending after Flush", m.Pending())
	}
}

// TestConnectionLost sends again what was not acknowledged.
func TestConnectionLost(t *testing.T) {
	m := newMemory("e")
	m.add(t, 4, 10)
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, n int) {
		p.welcome(time.Minute)
		switch n {
		case 1:
			p.check("first", p.arrivals(4), seqs(1, 4))
			p.send(&wire.Ack{Cursors: wire.Cursors{m.id(2)}})
			// Cut without a word once the acknowledgement is through.
			p.send(&wire.Command{ID: 1, Name: "sync"})
			expect[*wire.Result](p)
		case 2:
			p.check("again", p.arrivals(2), seqs(3, 4))
			close(done)
			p.until()
		}
	})
	start(t, config(hub, m))
	wait(t, "the second connection", done)
}

// TestGap is what the link does when the hub sees a gap: it goes back to what is
// acknowledged.
func TestGap(t *testing.T) {
	m := newMemory("e")
	m.add(t, 6, 10)
	m.drop(3, 4)
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute)
		want := []uint64{1, 2, 5, 6}
		p.check("first", p.arrivals(4), want)
		p.send(&wire.Ack{Cursors: wire.Cursors{m.id(2)}}, &wire.Error{Code: wire.CodeOrder, Frame: wire.TypeArrival, Message: "gap"})
		p.check("again", p.arrivals(2), want[2:])
		close(done)
		p.until()
	})
	start(t, config(hub, m))
	wait(t, "the repetition", done)
}

// TestWindow has no more in flight than the window holds.
func TestWindow(t *testing.T) {
	m := newMemory("e")
	m.add(t, 30, 200)
	frame := len(m.frames[0])
	done := make(chan struct{})
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute)
		for from := uint64(1); from < 30; from += 3 {
			p.check("window", p.arrivals(3), seqs(from, from+2))
			// If the window were larger, a record would come before the result.
			p.send(&wire.Command{ID: from, Name: "sync"})
			expect[*wire.Result](p)
			p.send(&wire.Ack{Cursors: wire.Cursors{m.id(from + 2)}})
		}
		close(done)
		p.until()
	})
	cfg := config(hub, m)
	cfg.Window = 3*frame + frame/2
	start(t, cfg)
	wait(t, "all records", done)
}

// TestSources drains a second outbox that appears later, beside the first.
func TestSources(t *testing.T) {
	own, other := newMemory("own"), newMemory("other")
	own.add(t, 1, 1)
	other.add(t, 2, 1)
	list := make(chan []link.Source, 2)
	list <- []link.Source{own}
	list <- []link.Source{own, other}
	first, done := make(chan struct{}), make(chan struct{})
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute, other.id(1))
		if a := expect[*wire.Arrival](p); a != nil && a.Origin != own.id(1) {
			t.Errorf("first %v", a.Origin)
		}
		close(first)
		if a := expect[*wire.Arrival](p); a != nil && a.Origin != other.id(2) {
			t.Errorf("second %v: the cursor of the welcome counts for it too", a.Origin)
		}
		own.add(t, 1, 1)
		if a := expect[*wire.Arrival](p); a != nil && a.Origin != own.id(2) {
			t.Errorf("third %v", a.Origin)
		}
		close(done)
		p.until()
	})
	cfg := config(hub)
	cfg.Sources = func() []link.Source { return <-list }
	l, _ := start(t, cfg)
	wait(t, "the first", first)
	l.Wake()
	wait(t, "all", done)
}

// TestHubAhead sends nothing to a hub that would drop it.
func TestHubAhead(t *testing.T) {
	m := newMemory("e")
	m.add(t, 2, 1)
	told := make(chan string, 100)
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute, m.id(9))
		if g := expect[*wire.Goodbye](p); g != nil {
			told <- g.Reason
		}
	})
	l, _ := start(t, config(hub, m))
	if got := wait(t, "the goodbye", told); !strings.Contains(got, "older than the run") {
		t.Errorf("goodbye %q", got)
	}
	state(t, l, "the trouble", func(_ bool, last string) bool { return strings.Contains(last, "up to 9") })
	if m.Pending() != 2 {
		t.Errorf("%d pending, want both kept", m.Pending())
	}
}
