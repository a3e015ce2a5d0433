// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sync makes all that was appended before the call survive a power failure. An
// error of a sync in the background is returned here too, once. If ctx ends
// first, the sync goes on.
func (j *Journal) Sync(ctx context.Context) error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return fmt.Errorf("sync the journal in %s: %w", j.dir, ErrClosed)
	}
	j.syncs.Add(1)
	j.mu.Unlock()

	done := make(chan error, 1)
	go func() {
		defer j.syncs.Done()
		done <- j.flush()
	}()
	select {
	case err := <-done:
		j.mu.Lock()
		err = errors.Join(j.takeSyncError(), err)
		j.mu.Unlock()
		if err != nil {
			return fmt.Errorf("sync the journal in %s: %w", j.dir, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("sync the journal in %s: %w", j.dir, context.Cause(ctx))
	}
}

// arm starts the timer of the grouped sync unless it runs. The caller holds mu.
func (j *Journal) arm() {
	j.dirty = true
	if j.armed || j.opts.SyncEvery < 0 {
		return
	}
	j.armed = true
	j.syncs.Add(1)
	if j.timer == nil {
		j.timer = time.AfterFunc(j.opts.SyncEvery, j.syncInBackground)
		return
	}
	j.timer.Reset(j.opts.SyncEvery)
}

func (j *Journal) syncInBackground() {
	defer j.syncs.Done()
	j.mu.Lock()
	j.armed = false
	j.mu.Unlock()
	if err := j.flush(); err != nil {
		j.mu.Lock()
		j.syncErr = errors.Join(j.syncErr, err)
		j.mu.Unlock()
	}
}

func (j *Journal) takeSyncError() error {
	err := j.syncErr
	j.syncErr = nil
	return err
}

// finished is a segment that is not written any more and still open.
type finished struct {
	path string
	file File
}

// flush syncs what is not, without holding up Append.
func (j *Journal) flush() error {
	j.flushing.Lock()
	defer j.flushing.Unlock()
	j.mu.Lock()
	full, tail, dirty, newFile := j.full, j.tail, j.dirty, j.newFile
	j.full, j.dirty, j.newFile = nil, false, false
	if dirty {
		j.syncing = tail // it may be finished and even dropped meanwhile
	}
	j.mu.Unlock()

	var errs []error
	for _, f := range full {
		errs = append(errs, f.file.Sync(), f.file.Close())
	}
	var failed error
	if dirty {
		failed = tail.Sync()
		errs = append(errs, failed)
	}
	j.mu.Lock()
	j.syncing = nil
	j.dirty = j.dirty || failed != nil
	j.mu.Unlock()
	if newFile {
		errs = append(errs, syncDir(j.dir))
	}
	return errors.Join(errs...)
}
