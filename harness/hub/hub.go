// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hub collects what agents report: a websocket server on the loopback
// that journals records and then acknowledges them.
//
// It guarantees that a record is acknowledged only after its journal took it
// (one write for what all links brought meanwhile), that a record is journaled
// once however often it is sent (by install, role, epoch and sequence), that
// records which an agent skips are asked for once more and named if they do not
// come, that a hub opened on the folder of a former one goes on where that one
// stopped, that nobody is listened to who has not proved that he knows the
// token of a registered run, and that a peer whose frames cannot be used learns
// why. Push Tokens stay in memory; a token that the hub knows is replaced by
// its fingerprint in what it journals.
//
// The same message under two origins is two deliveries, and both are kept. The
// hub does not judge what arrives, and it does not take an agent that does not
// answer for lost: HarmonyOS suspends apps, and a suspended one is asleep until
// its socket closes.
package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
)

// Options are a hub's. Dir is needed; the zero value of everything else is a
// sensible default.
type Options struct {
	// Addr is the loopback IP and port to listen on: 127.0.0.1:0.
	Addr string
	// Dir holds the journal. One hub at a time has it open.
	Dir string
	// Runs are registered before the first agent is heard. A hub that takes the
	// place of a former one needs them here: agents are waiting to connect.
	Runs map[string][]byte
	// Heartbeat is the period at which each agent is asked for a sign of life
	// and its clock, if it has answered the last time: 2 s.
	Heartbeat time.Duration
	// HandshakeTimeout bounds the time from the connection to the welcome, and
	// how long a connection that asks for no websocket may stay: 10 s.
	HandshakeTimeout time.Duration
	// WriteTimeout bounds the writing of one message: 10 s. A suspended agent's
	// socket takes far more than a hub has to say to it.
	WriteTimeout time.Duration
	// CommandTimeout is for commands whose context has no deadline: 30 s.
	CommandTimeout time.Duration
	// MaxLinks bounds the connections: 4096.
	MaxLinks int
	// TLS makes it a wss:// hub.
	TLS *tls.Config
	// Journal bounds the journal; its zero value keeps everything.
	Journal journal.Options
	// Logger gets what happens to links; never a token.
	Logger *slog.Logger
}

func (o *Options) defaults() {
	set(&o.Addr, "127.0.0.1:0")
	set(&o.Heartbeat, 2*time.Second)
	set(&o.HandshakeTimeout, 10*time.Second)
	set(&o.WriteTimeout, 10*time.Second)
	set(&o.CommandTimeout, 30*time.Second)
	set(&o.MaxLinks, 4096)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// set gives v a default unless it has a value.
func set[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// ErrClosed is returned by the methods of a closed hub.
var ErrClosed = errors.New("the hub is closed")

// Hub is an open hub. Its methods may be called from any goroutine.
type Hub struct {
	opts    Options
	log     *slog.Logger
	journal *journal.Journal
	server  *http.Server
	addr    netip.AddrPort
	closing chan struct{} // closed when Close begins
	serving sync.WaitGroup

	commit   committer
	roster   roster
	feed     feed
	refusals refusals

	mu     sync.Mutex
	closed bool
	runs   map[string][]byte
	links  map[*link]struct{}
}

// Open starts a hub. The error is *AddrError if the address cannot be listened
// on, errors.Is journal.ErrLocked if another hub has the folder. ctx bounds the
// opening only.
func Open(ctx context.Context, o Options) (*Hub, error) {
	o.defaults()
	h := &Hub{
		opts: o, log: o.Logger, closing: make(chan struct{}),
		runs: make(map[string][]byte), links: make(map[*link]struct{}),
	}
	for run, token := range o.Runs {
		if err := h.Register(run, token); err != nil {
			return nil, err
		}
	}
	// The port first: it is what a person must free, and it is free again at once.
	listener, err := listen(ctx, o.Addr)
	if err != nil {
		return nil, err
	}
	if h.journal, err = journal.Open(o.Dir, o.Journal); err != nil {
		return nil, errors.Join(fmt.Errorf("open the hub's journal: %w", err), listener.Close())
	}
	h.roster.init()
	h.feed.init(h.journal)
	h.commit.init(h)
	if err := h.replay(ctx); err != nil {
		h.commit.close()
		return nil, errors.Join(fmt.Errorf("open the hub's journal: %w", err), listener.Close(), h.journal.Close())
	}
	h.addr = listener.Addr().(*net.TCPAddr).AddrPort()
	if o.TLS != nil {
		listener = tls.NewListener(listener, o.TLS.Clone())
	}
	h.serve(listener)
	h.log.Info("hub listens", "url", h.URL(), "records", h.journal.Last())
	return h, nil
}

// Addr returns the address that the hub listens on.
func (h *Hub) Addr() netip.AddrPort { return h.addr }

// URL returns the address for agents on this machine; on a device the port is
// that of the rport rule.
func (h *Hub) URL() string {
	scheme := "ws"
	if h.opts.TLS != nil {
		scheme = "wss"
	}
	return scheme + "://" + h.addr.String() + Path
}

// minToken is the shortest token in bytes that is worth a proof.
const minToken = 16

// Register has the hub take agents of that run. The token has at least 16
// bytes; a run's second token replaces the first.
func (h *Hub) Register(run string, token []byte) error {
	if run == "" {
		return errors.New("register a run: it has no id")
	}
	if len(token) < minToken {
		return fmt.Errorf("register run %q: the token has %d bytes, it must have at least %d", run, len(token), minToken)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs[run] = append([]byte(nil), token...)
	return nil
}

func (h *Hub) token(run string) ([]byte, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	token, ok := h.runs[run]
	return token, ok
}

// End ends a run: its agents are told to remove their session, and no more are
// taken. It returns when they have been told, or with ctx.
func (h *Hub) End(ctx context.Context, run string) error {
	h.mu.Lock()
	delete(h.runs, run)
	var ended []*link
	for l := range h.links {
		if l.run == run {
			ended = append(ended, l)
		}
	}
	h.mu.Unlock()
	for _, l := range ended {
		l.finish(goodbye("the run is over", true))
	}
	return await(ctx, ended)
}

// Close says goodbye to all agents, journals what they have sent, and frees
// port and folder. Agents keep their session: they wait for a hub to come back.
// If ctx ends first, the remaining connections are cut.
func (h *Hub) Close(ctx context.Context) error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	close(h.closing)
	var links []*link
	for l := range h.links {
		links = append(links, l)
	}
	h.mu.Unlock()

	err := h.server.Close()
	for _, l := range links {
		l.finish(goodbye("the hub stops", false))
	}
	if late := await(ctx, links); late != nil {
		for _, l := range links {
			l.cut()
		}
	}
	h.serving.Wait()
	h.commit.close()
	h.feed.close()
	return errors.Join(err, h.journal.Close())
}

// await waits until the links are gone.
func await(ctx context.Context, links []*link) error {
	for _, l := range links {
		select {
		case <-l.gone:
		case <-ctx.Done():
			return fmt.Errorf("wait for the agents to be told: %w", ctx.Err())
		}
	}
	return nil
}
