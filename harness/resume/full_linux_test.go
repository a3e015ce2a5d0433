// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// tiny is a file system of its own of 512 KiB.
func tiny(t *testing.T) storage {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512k,mode=0700"); err != nil {
		t.Skipf("needs the right to mount a tmpfs (root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	// Another app's files, and what it leaves free.
	other := filepath.Join(dir, "other")
	return storage{
		dir: filepath.Join(dir, "files"),
		fill: func(t *testing.T) {
			f, err := os.Create(other)
			if err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, err = f.Write(make([]byte, 4<<10))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Error(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		},
		free: func(t *testing.T) {
			if err := os.Remove(other); err != nil {
				t.Fatal(err)
			}
		},
	}
}
