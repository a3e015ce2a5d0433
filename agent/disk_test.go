// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// disk stands below the journal: it is full, or does not come back from a
// write, when told so.
type disk struct {
	writing chan struct{} // signalled when a write begins

	mu   sync.Mutex
	full bool
	held chan struct{} // a write waits until it is closed
}

func newDisk() *disk { return &disk{writing: make(chan struct{}, 1)} }

func (d *disk) options() journal.Options {
	return journal.Options{OpenFile: func(name string, flag int, perm os.FileMode) (journal.File, error) {
		f, err := os.OpenFile(name, flag, perm)
		return &diskFile{f, d}, err
	}}
}

func (d *disk) setFull(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

// hold has writes wait until resume is called, or the test ends.
func (d *disk) hold(t testing.TB) (resume func()) {
	held := make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held = held
	resume = sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.held = nil
		close(held)
	})
	t.Cleanup(resume)
	return resume
}

type diskFile struct {
	*os.File
	disk *disk
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	held := f.disk.held
	f.disk.mu.Unlock()
	select {
	case f.disk.writing <- struct{}{}:
	default:
	}
	if held != nil {
		<-held
	}
	f.disk.mu.Lock()
	full := f.disk.full
	f.disk.mu.Unlock()
	if full {
		return 0, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.File.WriteAt(p, off)
}
