// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cloud is a simulated Push Cloud: an HTTPS server on loopback that
// takes messages of all six kinds, revocations and image checks, judges the raw
// JSON by the documented rules and hands what it accepts to simulated devices.
//
// It guarantees that the JWT is verified for real; that an answer with a
// business code has the form of the real one (string code, msg, requestId),
// with the HTTP status of either published opinion; that an answer follows the
// end of its request (bodies over 2 MiB excepted), and waits for no client for
// ever; that every field which the documentation names is judged, and every
// reason of an illegal token can be had; that messages reach a device one at a
// time and in the order of their acceptance; that each accepted message gets
// exactly one end per token (a receipt, its expiry, or its revocation) unless
// the cloud is closed first; that daily and sliding limits, blocks and nights
// run on the given clock; and that no Push Token or JWT is recorded or logged.
// It shares no types with harness/pushcloud: client and simulator agree only
// through fixtures.
//
// It does not guarantee to be what the real service is: its choices where the
// documentation is silent are the rows of fixtures/claims/cloud.json. It
// downloads no image, and judges one by its URL. It does not count violations,
// learn when a user sleeps, or know what only a device knows (whether a form or
// a live view of the app's own exists, and in which order updates came): those
// receipts are the device's. It has no service notifications and timelines,
// which are for atomic services only, and does not count how often a capsule
// flips. Memory is bounded for all that senders name: records, ended tokens,
// cards, live views and verified images; what had to be forgotten starts again.
//
// Receipts are posted to the configured addresses (package callback); rules of
// package faults break the guarantees above on purpose.
package cloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// Issuer is the common name of the authority that signs the server's
// certificate: by it a run knows that the cloud is simulated.
const Issuer = "Pushproof Simulator CA"

// Defaults of Options, and the time-outs of the server.
const (
	DefaultQueueLimit    = 1000
	DefaultActivityLimit = 4096
	DefaultRemember      = 10_000
	DefaultHandOver      = time.Minute
	DefaultTakeWithin    = ioTimeout

	ioTimeout = 30 * time.Second
)

// Cloud satisfies sim.Cloud. Its methods may be called from any goroutine.
type Cloud struct {
	options  Options
	clock    sim.Clock
	ownClock *clock.Clock
	log      *slog.Logger
	projects map[string]*project
	keys     map[string]signer
	bundles  map[string]*project
	clients  map[string]client
	identity *identity
	serials  serials

	// ctx ends when the cloud is closed; work counts the goroutines that hand
	// messages over.
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	server  *http.Server
	served  chan struct{}
	address string
	tokens  tokens
	lanes   map[string]*lane
	quotas  quotas
	limits
	activity activityRing
	// generation grows with each Reset.
	generation int
	faults     faults.Set
}

var _ sim.Cloud = (*Cloud)(nil)

// New makes a cloud that serves nothing yet. It refuses options that
// contradict themselves: a project, key or bundle that is there twice.
func New(o Options) (*Cloud, error) {
	c := &Cloud{options: o.withDefaults(), lanes: map[string]*lane{}}
	if err := c.enrol(o.Projects); err != nil {
		return nil, fmt.Errorf("make a simulated cloud: %w", err)
	}
	var err error
	if c.identity, err = newIdentity(); err != nil {
		return nil, fmt.Errorf("make the simulated cloud's certificate: %w", err)
	}
	if c.serials, err = newSerials(); err != nil {
		return nil, fmt.Errorf("make a simulated cloud: %w", err)
	}
	c.clock, c.log = o.Clock, c.options.Logger
	if c.clock == nil {
		c.ownClock = clock.New()
		c.clock = c.ownClock
	}
	if err := c.enrolCallbacks(); err != nil {
		return nil, fmt.Errorf("make a simulated cloud: %w", err)
	}
	c.tokens, c.limits = newTokens(), newLimits(c.options.Remember)
	c.activity = newActivityRing(c.options.ActivityLimit)
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c, nil
}

// Start serves HTTPS on a loopback address; "" means a free port of 127.0.0.1.
// A cloud starts once.
func (c *Cloud) Start(addr string) error {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("start the simulated cloud: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("start the simulated cloud on %s: it serves loopback only: use 127.0.0.1:PORT", addr)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.server != nil {
		return errors.New("start the simulated cloud: it was started or closed before: make a new one")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("start the simulated cloud: %w", err)
	}
	c.address = listener.Addr().String()
	c.server = &http.Server{
		Handler:           c.handler(),
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{c.identity.leaf}},
		ReadHeaderTimeout: ioTimeout,
		ReadTimeout:       ioTimeout,
		IdleTimeout:       ioTimeout,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return c.ctx },
		ConnContext:       withConn,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	c.served = make(chan struct{})
	go func() {
		defer close(c.served)
		_ = c.server.ServeTLS(listener, "", "")
	}()
	return nil
}

// URL returns the base URL (https://127.0.0.1:PORT), "" before Start.
func (c *Cloud) URL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.address == "" {
		return ""
	}
	return "https://" + c.address
}

// CAPEM returns the certificate of the cloud's own authority, in PEM: what a
// client must trust. Each cloud has another one.
func (c *Cloud) CAPEM() []byte { return append([]byte(nil), c.identity.caPEM...) }
