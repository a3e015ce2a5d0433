// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

// reasonInstall is why an outbox of another installation is given up: its
// records are no testimony about this one, and no hub takes them from it.
const reasonInstall = "other-install"

// outboxes is the folder below which each process has its own outbox.
func (a *Agent) outboxes() string { return filepath.Join(a.root, "outbox") }

// sources lists what the link sends from: the process's own outbox and those
// that it drains. Drained ones without anything left are gone.
func (a *Agent) sources() []link.Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []link.Source{a.outbox}
	a.drained = slices.DeleteFunc(a.drained, func(d *outbox.Drained) bool {
		if d.Pending() > 0 {
			list = append(list, d)
			return false
		}
		// Its folder is gone with the last acknowledgement, unless that failed.
		if err := d.Close(); err != nil {
			a.log.Warn("a drained outbox was not closed", "error", err)
		}
		return true
	})
	return list
}

// drain takes over what extension processes left behind, if there is a hub to
// report it to. Only the main process does; an outbox whose process still
// lives is left alone until the next time.
func (a *Agent) drain() {
	if a.role != wire.RoleMain || a.current() == nil {
		return
	}
	dirs, err := outbox.Drainable(a.outboxes())
	if err != nil {
		a.once("outboxes of other processes not found", "", err)
		return
	}
	found := false
	for _, dir := range dirs {
		d, err := a.take(dir)
		if err != nil && !errors.Is(err, journal.ErrLocked) {
			a.once("outbox of another process not drained", filepath.Base(dir), err)
		}
		if d == nil {
			continue
		}
		a.log.Info("draining an outbox that another process left", "folder", filepath.Base(dir), "records", d.Pending())
		a.mu.Lock()
		a.drained = append(a.drained, d)
		a.mu.Unlock()
		found = true
	}
	if h, _ := a.line(); found && h != nil {
		h.link.Wake()
	}
}

// take opens an outbox that was left behind, nil if there is nothing to send
// in it.
func (a *Agent) take(dir string) (*outbox.Drained, error) {
	d, err := outbox.Drain(dir, a.outbox)
	if err != nil || d.Pending() == 0 {
		return nil, err
	}
	if d.Origin().Install == a.install {
		return d, nil
	}
	lost := &wire.Loss{Count: uint64(d.Pending()), Reason: reasonInstall, At: a.now()}
	if err := a.store([]wire.Frame{lost}); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return nil, errors.Join(d.Acked(d.Origin()), d.Close())
}

// once logs trouble that comes back each time it is looked for; tend alone
// calls it.
func (a *Agent) once(message, folder string, err error) {
	text := fmt.Sprint(message, folder, err)
	if a.complained[text] || len(a.complained) >= maxComplaints {
		return
	}
	a.complained[text] = true
	a.log.Error(message, "folder", folder, "error", err)
}

// maxComplaints bounds the memory of once.
const maxComplaints = 64
