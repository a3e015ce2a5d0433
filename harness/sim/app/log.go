// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// hilog passes the agent's warnings and errors on to the device's log, where
// hdc-runner looks for them when no agent connects. Consumer firmware shows no
// line below a warning.
type hilog struct {
	slog.Handler
	out *hilogLine
}

// hilogLine is where a line is formatted; all handlers of a logger share it.
type hilogLine struct {
	mu   sync.Mutex
	text bytes.Buffer
	kit  *kit
}

func newHilog(k *kit) *slog.Logger {
	out := &hilogLine{kit: k}
	text := slog.NewTextHandler(&out.text, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			// hilog's lines have both.
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		},
	})
	return slog.New(&hilog{Handler: text, out: out})
}

// Handle implements slog.Handler.
func (h *hilog) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.text.Reset()
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	h.out.kit.Log(r.Level, strings.TrimSuffix(h.out.text.String(), "\n"))
	return nil
}

// WithAttrs implements slog.Handler.
func (h *hilog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &hilog{Handler: h.Handler.WithAttrs(attrs), out: h.out}
}

// WithGroup implements slog.Handler.
func (h *hilog) WithGroup(name string) slog.Handler {
	return &hilog{Handler: h.Handler.WithGroup(name), out: h.out}
}
