// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package plane serves the control planes of the simulators: plain HTTP with
// JSON on a loopback port of its own, by which a test in any language makes a
// simulator go wrong.
//
// It guarantees that a request without the token, with a Host that is no
// loopback address or with an Origin reaches no endpoint, that bodies are
// bounded, and that Close ends what is under way. It serves loopback only and
// has no TLS: the token keeps other users and web pages of the machine out, not
// one who can listen on its loopback interface.
package plane

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

// Route is an endpoint.
type Route struct {
	// Pattern is method and path as http.ServeMux writes them.
	Pattern string
	Serve   http.HandlerFunc
}

// Server is a control plane. Its methods may be called from any goroutine.
type Server struct {
	routes []Route
	wait   time.Duration
	token  [sha256.Size]byte

	ctx  context.Context
	stop context.CancelFunc

	mu     sync.Mutex
	server *http.Server
	served chan struct{}
	url    string
	closed bool
}

// New makes a control plane that serves nothing yet. Requests must bear token,
// 16 bytes at least; it is never printed. wait is how long the slowest endpoint
// may hold its answer back, 0 for none that does.
func New(token string, wait time.Duration, routes ...Route) (*Server, error) {
	if len(token) < tokenMin {
		return nil, fmt.Errorf("make a control plane: its token has %d bytes, %d are needed", len(token), tokenMin)
	}
	s := &Server{routes: routes, wait: wait, token: sha256.Sum256([]byte(token))}
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
		WriteTimeout:      ioTimeout + s.wait,
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

// Close ends the server and its requests. The simulator goes on. A second Close
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
	for _, r := range s.routes {
		mux.HandleFunc(r.Pattern, r.Serve)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, http.StatusNotFound, fmt.Errorf("there is no %s here: the endpoints are %s", r.Method, strings.Join(Patterns(s.routes), ", ")))
	})
	return s.guarded(mux)
}

// Patterns returns the patterns of routes, in their order. Everything else gets
// 404 or 405.
func Patterns(routes []Route) []string {
	patterns := make([]string, len(routes))
	for i, r := range routes {
		patterns[i] = r.Pattern
	}
	return patterns
}

// guarded refuses what a web page could send, and what has not the token.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		given := sha256.Sum256([]byte(bearer))
		switch {
		case !loopback.Host(r.Host):
			Refuse(w, http.StatusForbidden, errors.New("the Host header must be a loopback address, as in 127.0.0.1:1234"))
		case len(r.Header.Values("Origin")) > 0:
			Refuse(w, http.StatusForbidden, errors.New("web pages (Origin header) have no business here"))
		case subtle.ConstantTimeCompare(given[:], s.token[:]) != 1:
			w.Header().Set("WWW-Authenticate", "Bearer")
			Refuse(w, http.StatusUnauthorized, errors.New("send the header Authorization: Bearer TOKEN with the control plane's token"))
		default:
			r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
			next.ServeHTTP(w, r)
		}
	})
}
