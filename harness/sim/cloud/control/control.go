// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package control is the control plane of a simulated Push Cloud: plain HTTP
// with JSON on a loopback port of its own, by which a test in any language
// resets the cloud, reads what it did, makes it go wrong and moves its clock.
//
// It guarantees what package plane does of its guards, that no answer holds a
// Push Token or a JWT, and that docs/openapi/push-v3.yaml describes each
// endpoint.
package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/plane"
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
	plane *plane.Server
}

// New makes a control plane that serves nothing yet.
func New(o Options) (*Server, error) {
	if o.Cloud == nil || o.Clock == nil {
		return nil, errors.New("make a control plane: it needs a cloud and its clock")
	}
	s := &Server{cloud: o.Cloud, clock: o.Clock}
	var err error
	s.plane, err = plane.New(o.Token, waitMax, s.routes()...)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Start serves on a loopback address; "" means a free port of 127.0.0.1. A
// Server starts once.
func (s *Server) Start(addr string) error { return s.plane.Start(addr) }

// URL returns the base URL (http://127.0.0.1:PORT), "" before Start.
func (s *Server) URL() string { return s.plane.URL() }

// Close ends the server and its requests. The cloud goes on. A second Close
// does nothing.
func (s *Server) Close() error { return s.plane.Close() }

// Handler returns the control plane without a server.
func (s *Server) Handler() http.Handler { return s.plane.Handler() }
