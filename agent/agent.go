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

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

// Version is the agent's version, as its hello reports it.
const Version = "0.1.0"

// Config is what an agent is made of. Dir, Role and Kit are needed.
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
	// Journal bounds what is kept; its zero value means the outbox's defaults,
	// 32 MiB and 7 days.
	Journal journal.Options
}

func (c *Config) check() error {
	switch {
	case c.Dir == "":
		return errors.New("the agent needs the app's files folder")
	case c.Role != wire.RoleMain && c.Role != wire.RoleExtension:
		return fmt.Errorf("the agent's role %q is neither %s nor %s", c.Role, wire.RoleMain, wire.RoleExtension)
	case c.Kit == nil:
		return errors.New("the agent needs a Kit")
	}
	return nil
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
	queue   *queue

	// syncNow asks tend for a sync; unwritten says that the outbox could not
	// take something, and owes the record of that loss.
	syncNow    chan struct{}
	unwritten  atomic.Bool
	tending    sync.WaitGroup
	complained map[string]bool

	// turns serialises Start, UseSession, EndSession and the end: between
	// hanging up and dialling again nobody else may do either.
	turns   sync.Mutex
	started bool
	ended   bool
	stop    context.CancelFunc

	mu   sync.Mutex
	ctx  context.Context
	hub  *line
	who  *session.Session
	idle error // why who is nil
	// drained are the outboxes of other processes that are being sent.
	drained []*outbox.Drained

	closing  sync.Once
	closed   chan struct{}
	closeErr error
}

// New opens the agent's files and starts to take deliveries; it does not dial
// before Start. A main process's agent fails with journal.ErrLocked while
// another one has the files. On an app's first start it may wait for another
// process that makes the installation's id, one second at most, and fails with
// journal.ErrLocked after that; it never waits for anything else.
func New(cfg Config) (*Agent, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	root := filepath.Join(cfg.Dir, folder)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the agent's folder: %w", err)
	}
	install, err := installID(root, installWait)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		kit: cfg.Kit, role: cfg.Role, root: root, install: install, now: cfg.Now,
		ring: &ring{}, tokens: newTokens(), queue: newQueue(),
		syncNow: make(chan struct{}, 1), complained: map[string]bool{}, closed: make(chan struct{}),
	}
	a.log = newLogger(a.ring, cfg.Logger)
	a.life.set(lifecycle.StageAlive, cfg.Now())
	open := outbox.OpenMain
	if cfg.Role == wire.RoleExtension {
		open = outbox.OpenExtension
	}
	a.outbox, err = open(a.outboxes(), outbox.Options{
		Install: install, Role: cfg.Role, Now: cfg.Now, Journal: cfg.Journal,
	})
	if err != nil {
		return nil, fmt.Errorf("open the outbox: %w", err)
	}
	a.who, a.idle = a.adopt(cfg.Session)
	go a.write()
	return a, nil
}

// Start dials the session's hub and serves it until Close or until ctx ends.
// It does not wait for any of it. A second Start does nothing.
func (a *Agent) Start(ctx context.Context) {
	a.turns.Lock()
	defer a.turns.Unlock()
	if a.started || a.ended {
		return
	}
	a.started = true
	ctx, a.stop = context.WithCancel(ctx)
	a.mu.Lock()
	a.ctx = ctx
	a.mu.Unlock()
	a.tending.Go(func() { a.tend(ctx) })
	a.dial()
}

// Close writes what is queued, hangs up and closes the files. It returns when
// that is done, or with ctx, and then the rest is still under way: a second
// Close waits for it and returns its error.
func (a *Agent) Close(ctx context.Context) error {
	a.closing.Do(func() {
		a.queue.close()
		a.life.set(lifecycle.StageDead, a.now())
		go a.end()
	})
	select {
	case <-a.closed:
		return a.closeErr
	case <-ctx.Done():
		return fmt.Errorf("close the agent: %w", ctx.Err())
	}
}

// end is Close's work.
func (a *Agent) end() {
	defer close(a.closed)
	<-a.queue.written
	a.turns.Lock()
	a.ended = true
	a.hangUp()
	if a.stop != nil {
		a.stop()
	}
	a.turns.Unlock()
	a.tending.Wait()

	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.outbox.Close()
	for _, d := range a.drained {
		err = errors.Join(err, d.Close())
	}
	if err != nil {
		a.closeErr = fmt.Errorf("close the agent: %w", err)
	}
}
