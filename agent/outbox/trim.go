// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"errors"
	"fmt"
	"os"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// maxDrainable bounds how many folders wait to be drained: an app whose run is
// long over still gets pushes, and each may start an extension process.
const maxDrainable = 64

// trim drops the oldest folders that wait below root until they are few and
// small enough.
func trim(root string, into *Outbox) error {
	dirs, err := Drainable(root)
	if err != nil {
		return err
	}
	var bytes int64
	sizes := make([]int64, len(dirs))
	for i, dir := range dirs {
		sizes[i] = sizeOf(dir)
		bytes += sizes[i]
	}
	for i, dir := range dirs {
		if len(dirs)-i <= maxDrainable && bytes <= into.opts.Journal.MaxBytes {
			return nil
		}
		bytes -= sizes[i]
		if err := discard(dir, into); err != nil && !errors.Is(err, journal.ErrLocked) {
			return fmt.Errorf("drop an old outbox: %w", err)
		}
	}
	return nil
}

func discard(dir string, into *Outbox) error {
	d, err := Drain(dir, into)
	if err != nil {
		return err
	}
	if n := d.Pending(); n > 0 {
		l := &wire.Loss{Count: uint64(n), Reason: string(journal.TooMany), At: into.opts.Now()}
		if _, err := into.Add(l); err != nil {
			return errors.Join(err, d.Close())
		}
	}
	return d.remove()
}

// sizeOf returns the size of the files in dir; one that goes meanwhile has
// none.
func sizeOf(dir string) (n int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
