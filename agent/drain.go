// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"path/filepath"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

// outboxes is the folder below which each process has its own outbox.
func (a *Agent) outboxes() string { return filepath.Join(a.root, "outbox") }

// sources lists what the link sends from: the process's own outbox and those
// that it drains. Drained ones without anything left are gone.
func (a *Agent) sources() []link.Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []link.Source{a.outbox}
	kept := a.drained[:0]
	for _, d := range a.drained {
		if d.Pending() > 0 {
			kept = append(kept, d)
			list = append(list, d)
		}
	}
	a.drained = kept
	return list
}

// drain takes over what extension processes left behind. Only the main process
// does; an outbox whose process still lives is left alone until the next time.
func (a *Agent) drain() {
	if a.role != wire.RoleMain {
		return
	}
	dirs, err := outbox.Drainable(a.outboxes())
	if err != nil {
		a.log.Warn("outboxes of other processes not found", "error", err)
		return
	}
	found := false
	for _, dir := range dirs {
		d, err := outbox.Drain(dir, a.outbox)
		if errors.Is(err, journal.ErrLocked) {
			continue
		}
		if err != nil {
			a.log.Error("outbox of another process not drained", "folder", filepath.Base(dir), "error", err)
			continue
		}
		if d.Pending() == 0 {
			continue
		}
		a.log.Info("draining an outbox that another process left", "folder", filepath.Base(dir), "records", d.Pending())
		a.mu.Lock()
		a.drained = append(a.drained, d)
		a.mu.Unlock()
		found = true
	}
	if !found {
		return
	}
	a.mu.Lock()
	l := a.link
	a.mu.Unlock()
	if l != nil {
		l.Wake()
	}
}
