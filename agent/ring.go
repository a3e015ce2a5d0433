// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"log/slog"
	"sync"
)

// ringSize is how many lines a failure carries along.
const ringSize = 200

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
	r.add(string(p[:max(0, len(p)-1)]))
	return len(p), nil
}

// tee sends records to the ring and, if there is one, to the caller's handler.
type tee struct {
	ring slog.Handler
	next slog.Handler
}

func newLogger(r *ring, next *slog.Logger) *slog.Logger {
	h := &tee{ring: slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})}
	if next != nil {
		h.next = next.Handler()
	}
	return slog.New(h)
}

// Enabled implements slog.Handler.
func (t *tee) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (t *tee) Handle(ctx context.Context, rec slog.Record) error {
	err := t.ring.Handle(ctx, rec)
	if t.next != nil && t.next.Enabled(ctx, rec.Level) {
		err = t.next.Handle(ctx, rec.Clone())
	}
	return err
}

// WithAttrs implements slog.Handler.
func (t *tee) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := &tee{ring: t.ring.WithAttrs(attrs)}
	if t.next != nil {
		c.next = t.next.WithAttrs(attrs)
	}
	return c
}

// WithGroup implements slog.Handler.
func (t *tee) WithGroup(name string) slog.Handler {
	c := &tee{ring: t.ring.WithGroup(name)}
	if t.next != nil {
		c.next = t.next.WithGroup(name)
	}
	return c
}
