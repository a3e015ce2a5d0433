// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hdcd is an hdc server without devices of its own: a TCP server that
// speaks the channel protocol, so that a real hdc command, or any other
// client, can list the attached targets, run shell commands on them, forward
// ports, send and receive files, and install and remove apps.
//
// It guarantees the frames, texts, order and ends of the real servers 2.0.0a,
// 3.1.0e and 3.2.0f for what it does, checked against recordings of them; its
// port forwards are real sockets on loopback. It runs no command itself: a
// [Target] does, `bm install` included, and a [Storage] holds the files.
//
// It does not guarantee their timing, apart from the pause before a shell's
// end and a transfer's. The terminal of an interactive shell knows a line, its
// end and an interrupt, and no more. The sandbox of a shell's -b, `tmode usb` of
// 2.0.0a and the daemon's side of the protocol are not simulated: such a command
// is refused with a text that says so. Files to receive are not compressed, even where -z
// asks for it, and links are not followed. All simulated devices share the
// host's loopback, so two of them cannot listen on the same port, as real ones
// could.
package hdcd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// DefaultCloseDelay is the median time from a shell's last output to the end
// of its channel, as recorded over TCP (41 to 45 ms).
const DefaultCloseDelay = 43 * time.Millisecond

// acceptPause lets a machine that is out of descriptors recover.
const acceptPause = 10 * time.Millisecond

// Options shapes a server. The zero value is a healthy server 3.2.0f.
type Options struct {
	// Version is one of 2.0.0a to 3.2.0f; it chooses texts and quirks.
	Version string
	// CloseDelay is the time from a shell's last output to the channel's end.
	// 0 means DefaultCloseDelay, less than 0 none.
	CloseDelay time.Duration
	// SmallPackets models a target behind TCP as it was recorded: output that
	// follows other output within CloseDelay is held back that long, and the
	// end leaves together with it (Nagle's algorithm against a delayed
	// acknowledgement; claim hdc.small-packets). Without it only the end is
	// held back.
	SmallPackets bool
	// LongGreeting makes the server greet with 108 bytes, as one built with
	// HDC_VERSION_CHECK does.
	LongGreeting bool
	// Host holds the files that a client lets the server open: `file send` and
	// the like without the word remote. Nil means the machine's own files, with
	// the rights of this process, as with the real server.
	Host Storage
	// Loopback is the address at which the host's end of a port forward is:
	// 127.0.0.1. Another one of 127.0.0.0/8, where the system has them, plays the
	// loopback of another machine, on which the server then seems to run.
	Loopback string
	// SlowRate is how many bytes a second pass under the fault Slow; 0 means
	// DefaultSlowRate.
	SlowRate int
	// Fault is asked before a greeting and before each command's answer, beside
	// the rules of Server.Faults. Nil means none but those.
	Fault func(Point) Fault
	// Logger gets a line per channel, at debug level, without command texts:
	// they may hold secrets. Nil means silence.
	Logger *slog.Logger
}

// Server is a running or not yet started server. Its methods may be called
// from many goroutines.
type Server struct {
	o       Options
	dialect dialect
	ctx     context.Context
	stop    context.CancelFunc
	group   sync.WaitGroup
	faults  faults.Set

	mu       sync.Mutex
	listener net.Listener
	targets  map[string]*target
	nextID   uint32
	closed   bool
}

// New returns a server that does not listen yet. An unknown version is
// reported by Start.
func New(o Options) *Server {
	if o.Version == "" {
		o.Version = "3.2.0f"
	}
	switch {
	case o.CloseDelay == 0:
		o.CloseDelay = DefaultCloseDelay
	case o.CloseDelay < 0:
		o.CloseDelay = 0
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Host == nil {
		o.Host = machine{}
	}
	if o.Loopback == "" {
		o.Loopback = ownLoopback
	}
	if o.SlowRate <= 0 {
		o.SlowRate = DefaultSlowRate
	}
	s := &Server{o: o, targets: map[string]*target{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Start listens on addr, "127.0.0.1:0" for a port of the system's choice.
// Only loopback is accepted: the protocol has no authentication.
func (s *Server) Start(addr string) error {
	d, err := dialectOf(s.o.Version)
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("start the hdc server: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("start the hdc server on %s: only a loopback address is allowed, since hdc has no authentication; use 127.0.0.1", addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.listener != nil {
		return errors.New("start the hdc server: it was started before; make a new one")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("start the hdc server: %w", err)
	}
	s.listener, s.dialect = listener, d
	s.group.Go(func() { s.accept(listener) })
	return nil
}

// Addr returns the address on which the server listens, "" before Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Close ends the listener, every channel with its command, and every forward,
// and returns when all of them have ended. It can be called again.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	if s.listener != nil {
		_ = s.listener.Close()
	}
	for _, t := range s.targets {
		t.disconnect()
	}
	s.mu.Unlock()
	s.stop()
	s.group.Wait()
}

// accept serves each connection in a goroutine of its own.
func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			if s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(acceptPause):
			}
			continue
		}
		s.group.Go(func() { s.serve(conn) })
	}
}
