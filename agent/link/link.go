// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package link is the agent's websocket client: it dials out to the hub, proves
// itself and has the hub prove itself, sends what lies behind the hub's
// cursors, answers commands and heartbeats, and dials again when it loses the
// hub.
//
// It guarantees that nothing is said about the device before the hub has proved
// that it knows the run's token, that the records of one outbox are sent in
// order and a record is reported as acknowledged only after the hub said so,
// that what is in flight, in queues and under way is bounded, and that every
// read and write has a time-out. A hub that vanishes costs nothing but time.
//
// Whether an app may reach hdc's rport on its device's loopback is a claim
// (link.loopback).
//
// It does not keep records (that is the outbox's work) and it sends some of them
// twice after a lost connection: the hub drops those by origin and sequence.
package link

import (
	"context"
	"crypto/tls"
	"log/slog"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

// Source is what a link needs of an outbox. Its methods may be called from
// several goroutines at once, and two Sources are compared by ==.
type Source interface {
	// Origin identifies the outbox; Seq is that of its newest record, 0 if it
	// never had one.
	Origin() wire.Origin
	// Pending returns how many records are not acknowledged.
	Pending() int
	// UnackedAfter calls fn, in order, with at most limit records whose
	// sequence is above after and which are not acknowledged: the origin and
	// the encoded frame, which fn does not keep. It stops at fn's error and
	// returns it.
	UnackedAfter(after uint64, limit int, fn func(wire.Origin, []byte) error) error
	// Acked says that the hub has everything up to and including c.Seq.
	Acked(c wire.Origin) error
	// Notify is signalled after a record was added.
	Notify() <-chan struct{}
}

// Config is what a link is made of. Session, Hello and Sources are needed; the
// zero value of everything else is a sensible default.
type Config struct {
	Session *session.Session
	// Hello is sent in each handshake; the link sets its Proof and, where they
	// are empty, Label.
	Hello wire.Hello
	// Sources returns the outboxes to send from: the process's own and those
	// that it drains. It is called at each connection and after each Wake.
	Sources func() []Source
	// OnCommand answers a command; nil means that the name is unknown. It runs
	// in a goroutine of its own, must end with ctx, and ctx ends with the
	// command's time-out and with the connection.
	OnCommand func(ctx context.Context, c *wire.Command) *wire.Result
	// Token returns the Push Token to report after each welcome and after each
	// signal on TokenChanged; nil reports none.
	Token        func() *wire.Token
	TokenChanged <-chan struct{}
	// OnGoodbye is told of the hub's goodbye. One with EndSession also ends Run
	// with ErrEnded.
	OnGoodbye func(*wire.Goodbye)
	// Logger gets each distinct trouble once until a connection succeeds.
	Logger *slog.Logger
	// TLS is for a wss:// hub.
	TLS *tls.Config

	// BackoffMin and BackoffMax bound the wait before the next dial, which grows
	// by half each time and is spread by half: 100 ms and 5 s.
	BackoffMin, BackoffMax time.Duration
	// HandshakeTimeout bounds dial and handshake together: 10 s.
	HandshakeTimeout time.Duration
	// WriteTimeout bounds the writing of one message: 10 s.
	WriteTimeout time.Duration
	// Window is how many bytes of records may be sent and not acknowledged:
	// 1 MiB. One record is always sent, however large.
	Window int
	// Commands is how many commands may be under way at once: 16. One more is
	// answered with CodeUnavailable.
	Commands int
	// Now is the clock for the session's expiry and the heartbeats' time
	// stamps: time.Now.
	Now func() time.Time
}

func (c *Config) defaults() {
	set(&c.BackoffMin, 100*time.Millisecond)
	set(&c.BackoffMax, 5*time.Second)
	set(&c.HandshakeTimeout, 10*time.Second)
	set(&c.WriteTimeout, 10*time.Second)
	set(&c.Window, 1<<20)
	set(&c.Commands, 16)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Hello.Label == "" {
		c.Hello.Label = c.Session.Label
	}
}

// set gives v a default unless it has a value.
func set[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Link is one agent's way to its hub. Its methods may be called from several
// goroutines at once; Run is called once.
type Link struct {
	cfg  Config
	wake chan struct{} // sources changed, or do not wait for the next dial

	mu        sync.Mutex
	connected bool
	ended     error // what Run returned, once it has
	lastError string
	changed   chan struct{} // closed and replaced at each change
}

// New returns a link that does nothing before Run.
func New(cfg Config) *Link {
	cfg.defaults()
	return &Link{cfg: cfg, wake: make(chan struct{}, 1), changed: make(chan struct{})}
}

// Wake has the link ask for its Sources again and cuts short its wait for the
// next dial: an outbox is there to drain, or the app came forward.
func (l *Link) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// State reports whether the handshake with the hub is done, and the last
// trouble ("" if there was none since the last handshake).
func (l *Link) State() (connected bool, lastError string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connected, l.lastError
}

// Changed returns a channel that is closed at the next change of State or
// acknowledgement. Take it before looking.
func (l *Link) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// change alters the state under the lock and tells who waits.
func (l *Link) change(alter func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	alter()
	close(l.changed)
	l.changed = make(chan struct{})
}

// Flush waits until no source has anything unacknowledged. It fails with ctx,
// and with Run's error when Run has ended.
func (l *Link) Flush(ctx context.Context) error {
	l.Wake()
	for {
		changed := l.Changed()
		pending := 0
		for _, s := range l.cfg.Sources() {
			pending += s.Pending()
		}
		if pending == 0 {
			return nil
		}
		l.mu.Lock()
		ended, last := l.ended, l.lastError
		l.mu.Unlock()
		if ended != nil {
			return &FlushError{Pending: pending, Err: ended}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return &FlushError{Pending: pending, Last: last, Err: ctx.Err()}
		}
	}
}
