// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// handler hands the agent's warnings and errors on as lines: consumer firmware
// shows nothing below a warning.
type handler struct {
	slog.Handler
	line *line
}

// line is where a line is formatted; all handlers of a logger share it.
type line struct {
	mu   sync.Mutex
	text bytes.Buffer
	log  Log
}

func newHandler(log Log) slog.Handler {
	l := &line{log: log}
	text := slog.NewTextHandler(&l.text, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			// The log has both itself.
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		},
	})
	return &handler{Handler: text, line: l}
}

// Handle implements slog.Handler.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	h.line.mu.Lock()
	defer h.line.mu.Unlock()
	h.line.text.Reset()
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	h.line.log(r.Level, strings.TrimSuffix(h.line.text.String(), "\n"))
	return nil
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{Handler: h.Handler.WithAttrs(attrs), line: h.line}
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{Handler: h.Handler.WithGroup(name), line: h.line}
}
