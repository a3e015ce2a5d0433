// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

// line is a link that runs, or that has ended by itself.
type line struct {
	link *link.Link
	stop context.CancelFunc
	done chan struct{}
}

// errIdle is why there is no link before Start.
var errIdle = errors.New("the agent is not started")

// adopt stores the session that the app was started with, or loads the stored
// one, and returns it unless nobody may be dialled by it. That is logged and
// no more: an agent without a session still keeps what arrives.
func (a *Agent) adopt(given *session.Session) (*session.Session, error) {
	s, err := given, error(nil)
	if given == nil {
		s, err = session.Load(a.root, a.now())
	} else if err = given.Check(); err == nil {
		if err := given.Save(a.root); err != nil {
			a.log.Error("session not stored: processes that the system starts will not find the hub", "error", err)
		}
		err = given.Expired(a.now())
	}
	if err != nil {
		level := slog.LevelWarn
		if errors.Is(err, session.ErrNone) {
			level = slog.LevelInfo
		}
		a.log.Log(context.Background(), level, "nobody is dialled", "reason", err)
		return nil, err
	}
	return s, nil
}

// UseSession replaces the session of a running agent: the app was brought
// forward by a run. It waits for the former link to end, at most about a
// second beyond what the Kit takes to give up the commands under way: do not
// call it on the UI thread.
func (a *Agent) UseSession(s *session.Session) {
	a.turns.Lock()
	defer a.turns.Unlock()
	if a.ended {
		return
	}
	a.hangUp()
	who, idle := a.adopt(s)
	a.mu.Lock()
	a.who, a.idle = who, idle
	a.mu.Unlock()
	a.dial()
}

// EndSession removes the stored session and hangs up: the run is over. It
// waits as UseSession does.
func (a *Agent) EndSession() {
	a.turns.Lock()
	defer a.turns.Unlock()
	if err := session.Remove(a.root); err != nil {
		a.log.Error("session not removed", "error", err)
	}
	a.mu.Lock()
	a.who, a.idle = nil, link.ErrEnded
	a.mu.Unlock()
	a.hangUp()
}

// current returns the session, nil if there is none or if its time is over.
func (a *Agent) current() *session.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.who == nil || a.who.Expired(a.now()) != nil {
		return nil
	}
	return a.who
}

// dial starts a link for the current session, if there is one; turns is held,
// and none runs.
func (a *Agent) dial() {
	a.mu.Lock()
	s, parent := a.who, a.ctx
	a.mu.Unlock()
	if s == nil || parent == nil {
		return
	}
	ctx, stop := context.WithCancel(parent)
	h := &line{stop: stop, done: make(chan struct{})}
	h.link = link.New(link.Config{
		Session: s,
		Hello: wire.Hello{
			Agent: Version, Label: s.Label, Install: a.install, Role: a.role,
			PID: os.Getpid(), Device: a.kit.Device(),
		},
		Sources:      a.sources,
		OnCommand:    a.command,
		Token:        a.tokens.frame,
		TokenChanged: a.tokens.changed,
		OnGoodbye:    func(g *wire.Goodbye) { a.goodbye(s, g) },
		Logger:       a.log,
		Now:          a.now,
	})
	a.mu.Lock()
	a.hub = h
	a.mu.Unlock()
	go func() {
		defer close(h.done)
		defer stop()
		if err := h.link.Run(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("nobody is dialled any more", "reason", err)
		}
	}()
}

// hangUp ends the link, if there is one, and waits for it; turns is held.
func (a *Agent) hangUp() {
	a.mu.Lock()
	h := a.hub
	a.hub = nil
	a.mu.Unlock()
	if h != nil {
		h.stop()
		<-h.done
	}
}

// goodbye gives the session up when its hub says that the run is over. The
// link ends by itself.
func (a *Agent) goodbye(s *session.Session, g *wire.Goodbye) {
	a.log.Info("the hub said goodbye", "reason", g.Reason, "endSession", g.EndSession)
	if !g.EndSession {
		return
	}
	a.mu.Lock()
	if a.who == s {
		a.who, a.idle = nil, link.ErrEnded
	}
	a.mu.Unlock()
	// The other process of the app may have been handed another run's.
	stored, err := session.Load(a.root, a.now())
	if err != nil || stored.Run != s.Run || !bytes.Equal(stored.Token, s.Token) {
		return
	}
	if err := session.Remove(a.root); err != nil {
		a.log.Error("session not removed", "error", err)
	}
}

// Link reports whether the hub is connected, and the last trouble with it, or
// why nobody is dialled.
func (a *Agent) Link() (connected bool, trouble string) {
	h, idle := a.line()
	if h == nil {
		return false, idle.Error()
	}
	connected, trouble = h.link.State()
	select {
	case <-h.done:
		connected = false
		if idle != nil {
			trouble = idle.Error()
		}
	default:
	}
	return connected, trouble
}

// line returns the link, or why there is none. Both may be given: a link that
// the hub ended.
func (a *Agent) line() (*line, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hub == nil && a.idle == nil {
		return nil, errIdle
	}
	return a.hub, a.idle
}

// Flush waits until the hub has acknowledged everything that was delivered. It
// fails with ctx, or if nobody is dialled any more.
func (a *Agent) Flush(ctx context.Context) error {
	if err := a.queue.settle(ctx); err != nil {
		return fmt.Errorf("flush: deliveries are still being written: %w", err)
	}
	h, idle := a.line()
	if h == nil {
		return fmt.Errorf("flush: there is nobody to report to: %w", idle)
	}
	return h.link.Flush(ctx)
}
