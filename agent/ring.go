// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// ringSize is how many lines a failure carries along, and maxLine bounds each
// in bytes: all of them must fit into one frame, escaped.
const (
	ringSize = 200
	maxLine  = 512
)

// ring keeps the last lines of the agent's log; the hub asks for them when a
// cell fails.
type ring struct {
	mu    sync.Mutex
	lines [ringSize]string
	next  int
	full  bool
}

func (r *ring) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines[r.next] = line
	r.next++
	if r.next == ringSize {
		r.next, r.full = 0, true
	}
}

// all returns the lines, the oldest first.
func (r *ring) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	if r.full {
		list = append(list, r.lines[r.next:]...)
	}
	return append(list, r.lines[:r.next]...)
}

// Write makes the ring the destination of a slog.TextHandler: one call, one
// line.
func (r *ring) Write(p []byte) (int, error) {
	line := bytes.TrimSuffix(p, []byte("\n"))
	if len(line) > maxLine {
		line = append(bytes.Clone(line[:maxLine]), "…"...)
	}
	r.add(strings.ToValidUTF8(string(line), ""))
	return len(p), nil
}

// newLogger returns a logger that writes to the ring and, if there is one, to
// the caller's.
func newLogger(r *ring, next *slog.Logger) *slog.Logger {
	var h slog.Handler = slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})
	if next != nil {
		h = slog.NewMultiHandler(h, next.Handler())
	}
	return slog.New(h)
}
