// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// cleanLimit bounds the removal of a layout file, which also happens when the
// caller's context has ended.
const cleanLimit = 5 * time.Second

// Layout reads the UI tree of the whole display. It does not wake the app.
func (d *Device) Layout(ctx context.Context) (*Layout, error) {
	data, err := d.Tree(ctx)
	if err != nil {
		return nil, err
	}
	layout, err := parseLayout(data)
	if err != nil {
		return nil, badTree(data, err)
	}
	d.mu.Lock()
	d.screen = layout.screen
	d.mu.Unlock()
	return layout, nil
}

// Tree reads the UI tree of the whole display as the JSON that uitest wrote. It
// holds the texts of every app and person on the display: it is for whoever may
// see the device. Layout is the tree to work with. It does not wake the app.
//
// The error is a *NotOfferedError where the device has no uitest, an
// *OutputError where uitest fails or wrote no JSON, or that of the shell.
// (Claim device.layout.shape.)
func (d *Device) Tree(ctx context.Context) ([]byte, error) {
	path := "/data/local/tmp/pushproof-" + strings.ToLower(rand.Text()[:16]) + ".json"
	text, err := d.dumpLayout(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", readingTree, err)
	}
	data := []byte(text)
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		return nil, badTree(data, err)
	}
	return data, nil
}

const readingTree = "read the UI tree"

// badTree quotes nothing of a tree, which may hold other people's data.
func badTree(data []byte, err error) error {
	return newOutputError(readingTree, "uitest dumpLayout", fmt.Sprintf("%d bytes", len(data)), err)
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
