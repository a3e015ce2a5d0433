// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// cleanLimit bounds the removal of a layout file, which also happens when the
// caller's context has ended.
const cleanLimit = 5 * time.Second

// Layout reads the UI tree of the whole display. It does not wake the app.
func (d *Device) Layout(ctx context.Context) (*Layout, error) {
	const doing = "read the UI tree"
	path := "/data/local/tmp/pushproof-" + strings.ToLower(rand.Text()[:16]) + ".json"
	data, err := d.dumpLayout(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	layout, err := parseLayout([]byte(data))
	if err != nil {
		// The tree may hold other people's data: the error quotes none of it.
		return nil, newOutputError(doing, "uitest dumpLayout", fmt.Sprintf("%d bytes", len(data)), err)
	}
	d.mu.Lock()
	d.screen = layout.screen
	d.mu.Unlock()
	return layout, nil
}

func (d *Device) dumpLayout(ctx context.Context, path string) (string, error) {
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
		defer cancel()
		// A file that stays is a small nuisance, and the tree is read.
		_, _ = d.do(ctx, "file.remove", map[string]string{"file": path})
	}()
	text, err := d.uitest(ctx, "uitest.dump-layout", map[string]string{"file": path})
	if err != nil {
		return "", err
	}
	if !answered("uitest.dump-layout", text, nil) {
		return "", newOutputError("dump it", "uitest dumpLayout", text, nil)
	}
	return d.do(ctx, "file.cat", map[string]string{"file": path})
}

// screenSize returns the display's bounds of the last layout; without one it
// reads one.
func (d *Device) screenSize(ctx context.Context) (Rect, error) {
	d.mu.Lock()
	s := d.screen
	d.mu.Unlock()
	if !s.Empty() {
		return s, nil
	}
	layout, err := d.Layout(ctx)
	if err != nil {
		return Rect{}, fmt.Errorf("learn the display's size: %w", err)
	}
	return layout.screen, nil
}
