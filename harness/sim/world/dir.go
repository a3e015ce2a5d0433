// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/pushproof/pushproof/agent/journal"
)

// InUseError says that another world has the folder.
type InUseError struct{ Dir string }

// Error implements error.
func (e *InUseError) Error() string {
	return fmt.Sprintf("another simulated world uses the folder %s: end it, or name another folder", e.Dir)
}

func (w *World) makeDir(dir string) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "pushproof-world-*")
		w.dir, w.ownDir = temp, true
		return err
	}
	w.dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var err error
	w.lock, err = journal.TryLock(dir)
	if errors.Is(err, journal.ErrLocked) {
		return &InUseError{dir}
	}
	return err
}

// leaveDir removes a folder that nobody asked for, and frees another.
func (w *World) leaveDir() error {
	if w.ownDir {
		return os.RemoveAll(w.dir)
	}
	if w.lock == nil {
		return nil
	}
	return w.lock.Release()
}

// Again returns the connect keys of devices that an earlier world had in the
// folder.
func (w *World) Again() []string { return slices.Clone(w.again) }

// serial returns a connect key that says what it is: that of the device of an
// earlier world in the folder, whose storage is then cleared, or a new one.
func (w *World) serial(deviceType string) (string, error) {
	key, err := w.former(deviceType)
	if err != nil || key != "" {
		return key, err
	}
	b := make([]byte, 3)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a serial: %w", err)
	}
	return "SIM-" + deviceType + "-" + hex.EncodeToString(b), nil
}

func (w *World) former(deviceType string) (string, error) {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return "", fmt.Errorf("look for an earlier world: %w", err)
	}
	name := regexp.MustCompile("^SIM-" + regexp.QuoteMeta(deviceType) + "-[0-9a-f]{6}$")
	for _, e := range entries {
		if !e.IsDir() || !name.MatchString(e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(w.dir, e.Name())); err != nil {
			return "", fmt.Errorf("clear the storage of an earlier %s: %w", e.Name(), err)
		}
		w.again = append(w.again, e.Name())
		return e.Name(), nil
	}
	return "", nil
}
