// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
)

// Target is a device as the server needs it.
type Target interface {
	// Key is the connect key, at most 31 visible characters: a serial number,
	// or host:port for a target that counts as connected by TCP.
	Key() string
	// Name is the device's host name.
	Name() string
	// Shell runs what `sh -c command` would run and writes what it prints,
	// stdout and stderr merged. It returns when the command has ended, and
	// soon after ctx ends: the client is gone then, as on SIGTERM to the sh.
	// stdin is at its end.
	Shell(ctx context.Context, command string, stdin io.Reader, out io.Writer)
}

// State is a target's state in `list targets -v`.
type State string

// The states that a target can be put into.
const (
	Connected    State = "Connected"
	Offline      State = "Offline"
	Unauthorized State = "Unauthorized"
	// Ready is a target with which the server still shakes hands.
	Ready State = "Ready"
	// unknown is how 2.0.0a writes the state of a row without a device.
	unknown State = "UNKNOW"
)

// target is a row of the server's list. Rows stay until the server ends.
// The server's mutex guards it.
type target struct {
	key, transport, name string
	state                State
	// device is nil for a row without a device behind it.
	device Target
	// gone ends when the target leaves Connected.
	gone  context.Context
	leave context.CancelFunc
	rules []*rule
}

// disconnect ends what runs on the target and its forwards.
func (t *target) disconnect() {
	if t.leave != nil {
		t.leave()
		t.leave = nil
	}
	for _, r := range t.rules {
		_ = r.listener.Close()
	}
	t.rules = nil
}

// Attach connects a device: it is listed as Connected. A device with the same
// key takes the place of the former one.
func (s *Server) Attach(device Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.row(device.Key())
	t.disconnect()
	t.device, t.name = device, device.Name()
	s.connect(t)
}

// Detach is the device's vanishing: its commands end without a word, its
// forwards are gone, and it is listed as Offline from then on.
func (s *Server) Detach(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.targets[key]; t != nil {
		t.disconnect()
		t.device, t.state = nil, Offline
	}
}

// Device returns the device of that key, and whether one is attached.
func (s *Server) Device(key string) (Target, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.targets[key]
	if t == nil || t.device == nil {
		return nil, false
	}
	return t.device, true
}

// SetState puts an attached device into a state; leaving Connected ends what
// runs on it. It reports false for a key without a device.
func (s *Server) SetState(key string, state State) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.targets[key]
	if t == nil || t.device == nil {
		return false
	}
	if state == Connected {
		s.connect(t)
		return true
	}
	t.disconnect()
	t.state = state
	return true
}

// connect makes t Connected, with the mutex held.
func (s *Server) connect(t *target) {
	if t.leave == nil && !s.closed {
		t.gone, t.leave = context.WithCancel(s.ctx)
	}
	t.state = Connected
}

// row returns the key's row, made where there is none, with the mutex held.
func (s *Server) row(key string) *target {
	if t := s.targets[key]; t != nil {
		return t
	}
	t := &target{key: key, transport: transportOf(key), name: s.dialect.noName, state: Offline}
	s.targets[key] = t
	return t
}

// keys returns the rows' keys in the order in which the server lists them, with
// the mutex held.
func (s *Server) keys() []string { return slices.Sorted(maps.Keys(s.targets)) }

// transportOf guesses as the key looks.
func transportOf(key string) string {
	switch {
	case strings.HasPrefix(key, "COM") || strings.HasPrefix(key, "/dev/"):
		return "UART"
	case strings.Contains(key, ":"):
		if _, _, err := net.SplitHostPort(key); err == nil {
			return "TCP"
		}
	}
	return "USB"
}

// only returns the one connected target, nil where there are none or several,
// with the mutex held.
func (s *Server) only() *target {
	var found *target
	for _, t := range s.targets {
		if t.state != Connected {
			continue
		}
		if found != nil {
			return nil
		}
		found = t
	}
	return found
}

// Row is a target as the server knows it.
type Row struct {
	// Key is the connect key.
	Key string
	// Transport is USB, TCP or UART.
	Transport string
	State     State
	// Name is the device's host name, or what stands in its place.
	Name string
	// Attached says that there is a device behind the row.
	Attached bool
}

// Rows returns all targets, sorted by key.
func (s *Server) Rows() []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([]Row, 0, len(s.targets))
	for _, key := range s.keys() {
		t := s.targets[key]
		rows = append(rows, Row{Key: t.key, Transport: t.transport, State: t.state, Name: t.name, Attached: t.device != nil})
	}
	return rows
}

// list is the answer to `list targets`, verbose with -v.
func (s *Server) list(verbose bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, key := range s.keys() {
		t := s.targets[key]
		switch {
		case verbose:
			fmt.Fprintf(&b, "%s\t\t%s\t%s\t%s\n", t.key, t.transport, t.state, t.name)
		case t.state == Connected:
			fmt.Fprintf(&b, "%s\n", t.key)
		case t.state == Unauthorized:
			fmt.Fprintf(&b, "%s\tUnauthorized\n", t.key)
		}
	}
	if b.Len() == 0 {
		return textEmpty
	}
	return b.String()
}
