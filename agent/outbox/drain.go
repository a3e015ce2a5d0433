// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Names of folders below the root that all processes of an app share.
const (
	mainName        = "main"
	extensionPrefix = "ext-"
	gonePrefix      = "gone-"
)

// maxTries bounds how often an extension loses its new folder to the main
// process, which looks for folders now and then only.
const maxTries = 20

// OpenMain opens the main process's outbox below root, and drops the oldest
// folders that were left behind if they are more than 64 or together exceed
// the bound of this outbox; what was in them is recorded as a Loss.
func OpenMain(root string, o Options) (*Outbox, error) {
	out, err := Open(filepath.Join(root, mainName), o)
	if err != nil {
		return nil, err
	}
	if err := trim(root, out); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

// OpenExtension opens a new outbox below root for an extension process, which
// leaves it there for the main process to drain. Claim outbox.shared-folder:
// that the main process sees it.
func OpenExtension(root string, o Options) (out *Outbox, err error) {
	for range maxTries {
		out, err = Open(filepath.Join(root, extensionPrefix+wire.NewNonce()), o)
		if !errors.Is(err, journal.ErrLocked) && !errors.Is(err, fs.ErrNotExist) {
			return out, err
		}
		// The main process took the new, still empty folder for one that was
		// left behind.
	}
	return nil, err
}

// Drainable returns the folders below root that were left behind, the oldest
// first: extensions' and earlier epochs whose process has ended.
func Drainable(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for outboxes to drain: %w", err)
	}
	var dirs []string
	age := map[string]int64{}
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if strings.HasPrefix(e.Name(), gonePrefix) {
			// Its remover died half-way.
			if err := removeAll(dir); err != nil {
				return nil, err
			}
			continue
		}
		if !e.IsDir() || !strings.HasPrefix(e.Name(), extensionPrefix) && !strings.HasPrefix(e.Name(), mainName+"-") {
			continue
		}
		lock, err := journal.TryLock(dir)
		if errors.Is(err, journal.ErrLocked) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := lock.Release(); err != nil {
			return nil, err
		}
		if info, err := e.Info(); err == nil {
			age[dir] = info.ModTime().UnixNano()
		}
		dirs = append(dirs, dir)
	}
	slices.SortStableFunc(dirs, func(a, b string) int {
		switch {
		case age[a] < age[b]:
			return -1
		case age[a] > age[b]:
			return 1
		}
		return 0
	})
	return dirs, nil
}

// Drained is an outbox that another process left behind. Its records are given
// out with the origins and bytes that they have; nothing can be added. When all
// are acknowledged, its folder is removed. Its methods may be called from any
// goroutine.
type Drained struct {
	f *folder
}

// Drain opens the folder dir. What it has lost is added to into as losses
// without sequence numbers. The error is *journal.LockedError while its process
// lives. A folder that holds nothing is removed at once: Pending is then 0.
func Drain(dir string, into *Outbox) (*Drained, error) {
	o := into.opts.Journal
	o.MaxBytes = 0
	f, err := openFolder(dir, o)
	if err != nil {
		return nil, fmt.Errorf("drain %s: %w", dir, err)
	}
	var frames []wire.Frame
	for _, l := range f.foreignLosses() {
		frames = append(frames, &l)
	}
	d := &Drained{f: f}
	if len(frames) > 0 {
		_, err = into.AddBatch(frames...)
		err = errors.Join(err, f.persist(false))
	}
	if err = errors.Join(err, d.finish()); err != nil {
		return nil, errors.Join(fmt.Errorf("drain %s: %w", dir, err), d.Close())
	}
	return d, nil
}

// Origin returns what the records have in common, with the newest one's Seq.
func (d *Drained) Origin() wire.Origin { return d.f.origin(d.f.j.Last()) }

// Pending returns how many records are not acknowledged.
func (d *Drained) Pending() int { return d.f.pending() }

// Notify is never signalled: nothing can be added.
func (d *Drained) Notify() <-chan struct{} { return nil }

// Unacked is Outbox.Unacked.
func (d *Drained) Unacked(fn func(wire.Origin, []byte) error) error {
	return d.UnackedAfter(0, -1, fn)
}

// UnackedAfter is Outbox.UnackedAfter.
func (d *Drained) UnackedAfter(after uint64, limit int, fn func(wire.Origin, []byte) error) error {
	err := d.f.read(after, limit, fn)
	if d.f.isClosed() && (errors.Is(err, journal.ErrClosed) || errors.Is(err, fs.ErrNotExist)) {
		return nil // the last ack came meanwhile
	}
	return err
}

// Acked is Outbox.Acked; with the last record's, the folder is removed.
func (d *Drained) Acked(c wire.Origin) error {
	if d.f.isClosed() {
		return nil
	}
	// A hub can have more of this epoch than a power failure has left of it.
	c.Seq = min(c.Seq, d.f.j.Last())
	if err := errors.Join(d.f.acknowledge(c), d.finish()); err != nil {
		return fmt.Errorf("take an ack for %s: %w", d.f.dir, err)
	}
	return nil
}

// Close gives the folder back; what is not acknowledged is drained next time.
func (d *Drained) Close() error {
	if d.f.isClosed() {
		return nil
	}
	if err := errors.Join(d.f.persist(false), d.f.close(false)); err != nil {
		return fmt.Errorf("close %s: %w", d.f.dir, err)
	}
	return nil
}

// finish removes the folder if nothing is left in it.
func (d *Drained) finish() error {
	if d.f.pending() > 0 {
		return nil
	}
	return d.remove()
}

// remove removes the folder. It is moved first, so that no process opens it
// while its files go.
func (d *Drained) remove() error {
	d.f.mu.Lock()
	if d.f.closed {
		d.f.mu.Unlock()
		return nil
	}
	d.f.closed = true
	d.f.mu.Unlock()
	gone := filepath.Join(filepath.Dir(d.f.dir), gonePrefix+wire.NewNonce())
	if err := moveAway(d.f.j, d.f.dir, gone); err != nil {
		return err
	}
	return removeAll(gone)
}
