// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agent is Pushproof's part inside the app: it keeps what the system
// hands to the app, and reports it to the hub of the run that started it.
//
// It guarantees that Deliver never blocks, that a resolved delivery survives
// the death of the process, that it is reported until the hub has it, and that
// what could not be kept is reported as lost. Without a session, or with an
// expired one, it stores and dials nobody.
//
// It does not show notifications, register callbacks or decide anything for
// the app, and it never retries what the platform refused. It uses no cgo.
package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

// Version is the agent's version, as its hello reports it.
const Version = "0.1.0"

// Config is what an agent is made of.
type Config struct {
	// Dir is the app's files folder; the agent keeps to pushproof/ below it.
	Dir string
	// Role is the process that the agent lives in.
	Role wire.Role
	// Kit is the platform.
	Kit Kit
	// Session is the one that the app was started with: it replaces the stored
	// one. nil means that the stored one, if any, is used.
	Session *session.Session
	// Logger gets the agent's log beside its own ring; may be nil.
	Logger *slog.Logger
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}

// Agent is one process's agent. Its methods may be called from any goroutine.
type Agent struct {
	kit     Kit
	role    wire.Role
	root    string
	install string
	now     func() time.Time
	log     *slog.Logger
	ring    *ring
	life    life
	tokens  *tokens
	outbox  *outbox.Outbox

	queue    chan *pending
	rejected atomic.Uint64
	written  chan struct{}

	// closing guards closed against a send on the closed queue.
	closing sync.RWMutex
	closed  bool

	stageChanged chan struct{}
	background   sync.WaitGroup
	stop         context.CancelFunc

	mu      sync.Mutex
	session *session.Session
	link    *link.Link
	unlink  context.CancelFunc
	linked  chan struct{}
	drained []*outbox.Drained
	ctx     context.Context
}

// New opens the agent's files and starts to take deliveries; it does not dial
// before Start. It fails if another process of the same role holds the files.
func New(cfg Config) (*Agent, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	root := filepath.Join(cfg.Dir, folder)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the agent's folder: %w", err)
	}
	install, err := installID(root)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		kit: cfg.Kit, role: cfg.Role, root: root, install: install, now: cfg.Now,
		ring: &ring{}, tokens: newTokens(),
		queue: make(chan *pending, queueLimit), written: make(chan struct{}),
		stageChanged: make(chan struct{}, 1),
	}
	a.log = newLogger(a.ring, cfg.Logger)
	a.life.set(lifecycle.StageAlive, cfg.Now())
	open := outbox.OpenMain
	if cfg.Role == wire.RoleExtension {
		open = outbox.OpenExtension
	}
	a.outbox, err = open(a.outboxes(), outbox.Options{Install: install, Role: cfg.Role, Now: cfg.Now})
	if err != nil {
		return nil, fmt.Errorf("open the outbox: %w", err)
	}
	a.session = a.startSession(cfg.Session)
	go a.write()
	return a, nil
}

// startSession stores the session that the app was started with, or loads the
// stored one. Trouble with it is logged: an agent without a session still
// keeps what arrives.
func (a *Agent) startSession(given *session.Session) *session.Session {
	if given != nil {
		if err := given.Save(a.root); err != nil {
			a.log.Error("session not stored: processes that the system starts will not find the hub", "error", err)
		}
		return given
	}
	s, err := session.Load(a.root, a.now())
	if err != nil {
		a.log.Info("no session to dial by", "error", err)
		return nil
	}
	return s
}

// Start dials the session's hub and serves it until Close. ctx ends it as
// well.
func (a *Agent) Start(ctx context.Context) {
	ctx, a.stop = context.WithCancel(ctx)
	a.mu.Lock()
	a.ctx = ctx
	a.mu.Unlock()
	a.background.Add(1)
	go func() {
		defer a.background.Done()
		a.follow(ctx)
	}()
	a.drain()
	a.dial()
}

// UseSession replaces the session of a running agent: the app was brought
// forward by another run.
func (a *Agent) UseSession(s *session.Session) {
	a.hangUp()
	a.mu.Lock()
	a.session = a.startSession(s)
	a.mu.Unlock()
	a.dial()
}

// EndSession removes the stored session and hangs up: the run is over.
func (a *Agent) EndSession() {
	if err := session.Remove(a.root); err != nil {
		a.log.Error("session not removed", "error", err)
	}
	a.mu.Lock()
	a.session = nil
	a.mu.Unlock()
	a.hangUp()
}

func (a *Agent) currentSession() *session.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.session
}

// dial starts a link for the current session, if there is one and none runs.
func (a *Agent) dial() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session == nil || a.link != nil || a.ctx == nil || a.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	l := link.New(link.Config{
		Session: a.session,
		Hello: wire.Hello{
			Agent: Version, Label: a.session.Label, Install: a.install, Role: a.role,
			PID: os.Getpid(), Device: a.kit.Device(),
		},
		Sources:      a.sources,
		OnCommand:    a.command,
		Token:        a.tokens.frame,
		TokenChanged: a.tokens.changed,
		OnGoodbye:    a.goodbye,
		Logger:       a.log,
		Now:          a.now,
	})
	linked := make(chan struct{})
	a.link, a.unlink, a.linked = l, cancel, linked
	go func() {
		defer close(linked)
		defer cancel()
		if err := l.Run(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, link.ErrEnded) {
			a.log.Warn("link ended", "error", err)
		}
	}()
}

// hangUp ends the link, if one runs, and waits for it.
func (a *Agent) hangUp() {
	a.mu.Lock()
	cancel, linked := a.unlink, a.linked
	a.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	<-linked
	a.mu.Lock()
	a.link, a.unlink, a.linked = nil, nil, nil
	a.mu.Unlock()
}

// goodbye removes the session when the hub says that the run is over. The link
// ends itself.
func (a *Agent) goodbye(g *wire.Goodbye) {
	a.log.Info("the hub said goodbye", "reason", g.Reason, "endSession", g.EndSession)
	if !g.EndSession {
		return
	}
	if err := session.Remove(a.root); err != nil {
		a.log.Error("session not removed", "error", err)
	}
}

// follow reacts to stage changes until ctx ends.
func (a *Agent) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.stageChanged:
		}
		if err := a.outbox.Sync(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("outbox not synced", "error", err)
		}
		a.drain()
	}
}

// Link reports whether the hub is connected, and the last trouble with it.
func (a *Agent) Link() (connected bool, trouble string) {
	a.mu.Lock()
	l := a.link
	a.mu.Unlock()
	if l == nil {
		return false, "no session"
	}
	return l.State()
}

// Flush waits until the hub has acknowledged everything that was delivered.
func (a *Agent) Flush(ctx context.Context) error {
	a.mu.Lock()
	l := a.link
	a.mu.Unlock()
	if l == nil {
		return errors.New("flush: there is no session, so there is nobody to report to")
	}
	return l.Flush(ctx)
}

// Close writes what is queued, hangs up and closes the files. ctx bounds the
// waiting. A second Close does nothing.
func (a *Agent) Close(ctx context.Context) error {
	a.closing.Lock()
	if a.closed {
		a.closing.Unlock()
		return nil
	}
	a.closed = true
	close(a.queue)
	a.closing.Unlock()
	a.life.set(lifecycle.StageDead, a.now())
	select {
	case <-a.written:
	case <-ctx.Done():
		return fmt.Errorf("close the agent: deliveries are still being written: %w", ctx.Err())
	}
	a.hangUp()
	if a.stop != nil {
		a.stop()
	}
	a.background.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.outbox.Close()
	for _, d := range a.drained {
		err = errors.Join(err, d.Close())
	}
	if err != nil {
		return fmt.Errorf("close the outbox: %w", err)
	}
	return nil
}
