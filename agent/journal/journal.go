// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package journal keeps records in append-only files of one folder.
//
// It guarantees that a record whose Append has returned is with the kernel
// (kill -9 cannot take it away) and on the disk after the next sync (at most
// Options.SyncEvery later); that records are read in the order of their
// indexes, each once, with the bytes that were appended; that one process at a
// time has the folder open; and that what cannot be read or had to be dropped
// is named by Dropped. A tail that was torn by a death or a power failure is
// cut when the journal is opened, a damaged record in the middle is passed
// over, and a write that failed half-way is taken back.
//
// It does not guarantee that a record survives a power failure before it is
// synced, nor that the cut of a torn tail names every record that was in it:
// what the disk never got cannot be counted.
package journal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// MaxRecord is the largest record in bytes.
const MaxRecord = 4 << 20

// Options bound a journal. The zero value keeps everything, in segments of
// 4 MiB, synced 50 ms after the first record that is not.
type Options struct {
	// SegmentBytes is the size at which a new file is begun; 0 means 4 MiB. It
	// is at most a quarter of MaxBytes, since only whole segments are dropped.
	SegmentBytes int64
	// MaxBytes bounds all segments together: the oldest are dropped when it is
	// exceeded, never the newest. 0 means no bound.
	MaxBytes int64
	// MaxAge drops segments whose newest record is older, when something is
	// appended or the journal is opened; a record goes at most a quarter of
	// MaxAge late. 0 means no bound.
	MaxAge time.Duration
	// SyncEvery is the longest time that a record waits for its sync to start;
	// 0 means 50 ms. A negative value leaves syncing to Sync and Close.
	SyncEvery time.Duration
	// Now is the clock by which records get their age; nil means time.Now.
	Now func() time.Time
	// OpenFile opens segments for writing; nil means os.OpenFile. Tests put a
	// full disk behind it.
	OpenFile func(name string, flag int, perm os.FileMode) (File, error)
}

// File is what the journal needs of a segment that it writes.
type File interface {
	// WriteAt is io.WriterAt's.
	WriteAt(p []byte, off int64) (int, error)
	// Truncate cuts what a failed write left behind.
	Truncate(size int64) error
	// Sync returns when what was written is on the disk.
	Sync() error
	// Close lets go of the file; nothing is called after it.
	Close() error
}

// The defaults of Options.
const (
	defaultSegmentBytes = 4 << 20
	defaultSyncEvery    = 50 * time.Millisecond
)

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = defaultSegmentBytes
	}
	if o.MaxBytes > 0 {
		o.SegmentBytes = max(1, min(o.SegmentBytes, o.MaxBytes/4))
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = defaultSyncEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OpenFile == nil {
		o.OpenFile = func(name string, flag int, perm os.FileMode) (File, error) {
			return os.OpenFile(name, flag, perm)
		}
	}
	return o
}

// Journal is an open journal. Its methods may be called from any goroutine.
type Journal struct {
	dir  string
	opts Options
	lock *Lock

	mu     sync.Mutex
	closed bool
	segs   []*segment // never empty while open; the last one is written
	tail   File
	next   uint64 // index of the next record
	bytes  int64  // size of all segments
	buf    []byte // the batch being written, reused
	ragged bool   // the tail may hold bytes behind its size: cut before writing
	gaps   []span // indexes known to be unreadable
	drops  []Drop
	doomed []string // dropped segments whose file could not be removed yet

	dropped atomic.Bool // drops is not empty

	flushing sync.Mutex // held while syncing; taken before mu
	dirty    bool       // the tail holds bytes that are not synced
	full     []finished // segments that are not written any more, not synced yet
	syncing  File       // being synced as the tail, so not to be closed
	newFile  bool       // the folder holds a name that is not synced
	armed    bool       // the sync timer is running
	timer    *time.Timer
	syncErr  error
	syncs    sync.WaitGroup
}

// Open opens the journal in dir, which it creates if need be, and takes dir's
// lock. It reads every segment once: damage is in Dropped afterwards. The error
// is *LockedError (errors.Is ErrLocked) if the journal is open elsewhere,
// *FormatError if a newer version wrote it.
func Open(dir string, o Options) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the journal in %s: %w", dir, classify(err))
	}
	lock, err := TryLock(dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: dir, opts: o.withDefaults(), lock: lock, next: 1}
	if err := j.load(); err != nil {
		for _, f := range append(j.full, finished{file: j.tail}) {
			if f.file != nil {
				err = errors.Join(err, f.file.Close())
			}
		}
		return nil, errors.Join(fmt.Errorf("open the journal in %s: %w", dir, classify(err)), lock.Release())
	}
	return j, nil
}

// First returns the index of the oldest record; with no record it is Last+1.
func (j *Journal) First() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.segs[0].first
}

// Last returns the index of the newest record, 0 before the first one. Indexes
// begin at 1 and are not used again when records are dropped.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next - 1
}

// Close syncs, closes the files and gives the lock back. Closing twice is
// harmless.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	if j.armed && j.timer.Stop() {
		j.armed = false
		j.syncs.Done()
	}
	j.mu.Unlock()
	j.syncs.Wait()

	err := j.flush()
	j.mu.Lock()
	err = errors.Join(j.takeSyncError(), err, j.tail.Close())
	j.mu.Unlock()
	if err = errors.Join(err, j.lock.Release()); err != nil {
		return fmt.Errorf("close the journal in %s: %w", j.dir, err)
	}
	return nil
}
