// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// disk is a full disk when told so: a write puts only room bytes into the file
// and fails, as write(2) on a full disk does.
type disk struct {
	mu     sync.Mutex
	room   int // -1: no bound
	noCut  bool
	syncs  chan string   // told of each sync before it begins
	hold   chan struct{} // a sync waits until it is closed
	create error
}

type diskFile struct {
	*os.File
	disk *disk
}

func (d *disk) open(name string, flag int, perm os.FileMode) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.create != nil && flag&os.O_CREATE != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: d.create}
	}
	f, err := os.OpenFile(name, flag, perm)
	return &diskFile{f, d}, err
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.room < 0 || len(p) <= f.disk.room {
		return f.File.WriteAt(p, off)
	}
	n, err := f.File.WriteAt(p[:f.disk.room], off)
	if err == nil {
		err = &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return n, err
}

func (f *diskFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.noCut {
		return errors.New("cannot truncate now")
	}
	return f.File.Truncate(size)
}

func (f *diskFile) Sync() error {
	if f.disk.syncs != nil {
		f.disk.syncs <- f.Name()
	}
	if f.disk.hold != nil {
		<-f.disk.hold
	}
	return f.File.Sync()
}

func (d *disk) set(change func(*disk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

// However much of a batch the full disk takes, none of it is kept, and the
// journal goes on when there is room again.
func TestDiskFullAtEveryByte(t *testing.T) {
	const batch = 2*headerSize + 10
	for room := range batch {
		for _, noCut := range []bool{false, true} {
			t.Run(fmt.Sprintf("room for %d, cut fails %v", room, noCut), func(t *testing.T) {
				d := &disk{room: -1}
				dir := t.TempDir()
				j := open(t, dir, journal.Options{OpenFile: d.open, SyncEvery: -1})
				appendAll(t, j, "before")
				d.set(func(d *disk) { d.room, d.noCut = room, noCut })
				for range 2 {
					_, err := j.Append([]byte("first"), []byte("other"))
					if err == nil || !noCut && !errors.Is(err, journal.ErrDiskFull) {
						t.Fatalf("append to a full disk: %v, want ErrDiskFull", err)
					}
				}
				equal(t, read(t, j, 0), []string{"1:before"})
				if j.Last() != 1 {
					t.Fatalf("last %d, want 1", j.Last())
				}
				d.set(func(d *disk) { d.room, d.noCut = -1, false })
				if first := appendAll(t, j, "after"); first != 2 {
					t.Fatalf("index %d, want 2", first)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				j = open(t, dir, journal.Options{})
				equal(t, read(t, j, 0), []string{"1:before", "2:after"})
				if drops := j.Dropped(); drops != nil {
					t.Fatalf("dropped %+v, want no trace of the failed write", drops)
				}
			})
		}
	}
}

func TestDiskFullWhenASegmentBegins(t *testing.T) {
	d := &disk{room: -1}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SegmentBytes: 30})
	appendAll(t, j, "one")
	d.set(func(d *disk) { d.create = syscall.ENOSPC })
	_, err := j.Append([]byte("two"))
	if !errors.Is(err, journal.ErrDiskFull) || !strings.Contains(err.Error(), "free some space") {
		t.Fatalf("%v, want ErrDiskFull and what to do", err)
	}
	if _, err := journal.Open(t.TempDir(), journal.Options{OpenFile: d.open}); !errors.Is(err, journal.ErrDiskFull) {
		t.Fatalf("Open on a full disk: %v, want ErrDiskFull", err)
	}
	d.set(func(d *disk) { d.create = nil })
	appendAll(t, j, "two")
	equal(t, read(t, j, 0), []string{"1:one", "2:two"})
}

// A segment that is dropped while it is being synced stays open until then.
func TestDropWhileSyncing(t *testing.T) {
	d := &disk{room: -1, syncs: make(chan string, 10), hold: make(chan struct{})}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SegmentBytes: 1, SyncEvery: -1})
	appendAll(t, j, "a")
	done := make(chan error, 1)
	go func() { done <- j.Sync(t.Context()) }()
	wait(t, d.syncs) // the tail is at its sync
	appendAll(t, j, "b")
	if err := j.TruncateFront(2); err != nil {
		t.Fatal(err)
	}
	close(d.hold)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	equal(t, read(t, j, 0), []string{"2:b"})
}
