// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package control is the control plane of a simulated Push Cloud: plain HTTP
// with JSON on a loopback port of its own, by which a test in any language
// resets the cloud, reads what it did, makes it go wrong and moves its clock.
//
// It guarantees that a request without the token, with a Host that is no
// loopback address or with an Origin gets nothing, that no answer holds a Push
// Token or a JWT, and that docs/openapi/push-v3.yaml describes each endpoint.
// It serves loopback only and has no TLS: the token keeps other users and web
// pages of the machine out, not one who can listen on its loopback interface.
package control

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/internal/loopback"
)

// Time-outs and bounds of the server.
const (
	ioTimeout  = 30 * time.Second
	closeGrace = 300 * time.Millisecond
	bodyMax    = 1 << 20
	// tokenMin is the shortest token that is taken, in bytes.
	tokenMin = 16
)

// Clock is the cloud's clock, as far as it can be moved.
type Clock interface {
	// Now is the cloud's time.
	Now() time.Time
	// Advance moves it forward by d, past all timers that are due by then.
	Advance(d time.Duration)
}

// Options configure a Server.
type Options struct {
	Cloud *cloud.Cloud
	// Clock is the one that Cloud runs on.
	Clock Clock
	// Token is what requests must bear: 16 bytes at least. It is never
	// printed.
	Token string
}

// Server is a control plane. Its methods may be called from any goroutine.
type Server struct {
	cloud *cloud.Cloud
	clock Clock
	token [sha256.Size]byte

	ctx  context.Context
	stop context.CancelFunc

	mu     sync.Mutex
	server *http.Server
	served chan struct{}
	url    string
	closed bool
}

// New makes a control plane that serves nothing yet.
func New(o Options) (*Server, error) {
	if o.Cloud == nil || o.Clock == nil {
		return nil, errors.New("make a control plane: it needs a cloud and its clock")
	}
	if len(o.Token) < tokenMin {
		return nil, fmt.Errorf("make a control plane: its token has %d bytes, %d are needed", len(o.Token), tokenMin)
	}
	s := &Server{cloud: o.Cloud, clock: o.Clock, token: sha256.Sum256([]byte(o.Token))}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Start serves on a loopback address; "" means a free port of 127.0.0.1. A
// Server starts once.
func (s *Server) Start(addr string) error {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if !loopback.Host(addr) {
		return fmt.Errorf("start the control plane on %s: it serves loopback only: use 127.0.0.1:PORT", addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.server != nil {
		return errors.New("start the control plane: it was started or closed before: make a new one")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("start the control plane: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.served = make(chan struct{})
	s.server = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: ioTimeout,
		ReadTimeout:       ioTimeout,
		WriteTimeout:      ioTimeout + waitMax,
		IdleTimeout:       ioTimeout,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener)
	}()
	return nil
}

// URL returns the base URL (http://127.0.0.1:PORT), "" before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Close ends the server and its requests. The cloud goes on. A second Close
// does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	server, served, closed := s.server, s.served, s.closed
	s.closed = true
	s.mu.Unlock()
	s.stop()
	if server == nil || closed {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	<-served
	return nil
}

// Handler returns the control plane without a server.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { r.serve(s, w, req) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Errorf("there is no %s here: the endpoints are %s", r.Method, strings.Join(Routes(), ", ")))
	})
	return s.guarded(mux)
}

// guarded refuses what a web page could send, and what has not the token.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		given := sha256.Sum256([]byte(bearer))
		switch {
		case !loopback.Host(r.Host):
			refuse(w, http.StatusForbidden, errors.New("the Host header must be a loopback address, as in 127.0.0.1:1234"))
		case len(r.Header.Values("Origin")) > 0:
			refuse(w, http.StatusForbidden, errors.New("web pages (Origin header) have no business here"))
		case subtle.ConstantTimeCompare(given[:], s.token[:]) != 1:
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, errors.New("send the header Authorization: Bearer TOKEN with the control plane's token"))
		default:
			r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
			next.ServeHTTP(w, r)
		}
	})
}
