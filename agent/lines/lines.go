// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lines makes an slog.Handler of a function that takes lines, such as
// the device's log is.
//
// It guarantees that each record of a level that consumer firmware shows is one
// call with one line without time and level, which such a log adds itself, and
// that calls are made one after another. It does not cut lines.
package lines

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// Level is the lowest that is handed on: consumer firmware shows no line below
// a warning.
const Level = slog.LevelWarn

// handler formats into what all handlers of a logger share.
type handler struct {
	slog.Handler
	out *out
}

type out struct {
	mu    sync.Mutex
	text  bytes.Buffer
	print func(slog.Level, string)
}

// NewHandler returns a handler that hands records of at least Level to print,
// as slog.TextHandler writes them. It may be used by several goroutines; print
// must not log by it.
func NewHandler(print func(slog.Level, string)) slog.Handler {
	o := &out{print: print}
	text := slog.NewTextHandler(&o.text, &slog.HandlerOptions{
		Level: Level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		},
	})
	return &handler{Handler: text, out: o}
}

// Handle implements slog.Handler.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.text.Reset()
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	h.out.print(r.Level, strings.TrimSuffix(h.out.text.String(), "\n"))
	return nil
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{Handler: h.Handler.WithAttrs(attrs), out: h.out}
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{Handler: h.Handler.WithGroup(name), out: h.out}
}
