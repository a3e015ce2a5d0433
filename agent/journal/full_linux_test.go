// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// devFull writes to /dev/full, where every write fails as on a full disk, and
// does the rest to the file.
type devFull struct {
	*os.File
	full *os.File
}

func (f *devFull) WriteAt(p []byte, off int64) (int, error) { return f.full.WriteAt(p, off) }

func (f *devFull) Close() error { return errors.Join(f.full.Close(), f.File.Close()) }

func TestDevFull(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{OpenFile: func(name string, flag int, perm os.FileMode) (journal.File, error) {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skipf("needs /dev/full: %v", err)
		}
		f, err := os.OpenFile(name, flag, perm)
		return &devFull{f, full}, err
	}})
	if _, err := j.Append([]byte("x")); !errors.Is(err, journal.ErrDiskFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("%v, want ErrDiskFull", err)
	}
}

// A real file system that really fills up.
func TestTinyFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skipf("needs the right to mount a tmpfs (root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	j := open(t, dir, journal.Options{SegmentBytes: 16 << 10})
	rec := strings.Repeat("r", 3000)
	kept := 0
	for ; kept < 100; kept++ {
		if _, err := j.Append([]byte(rec)); errors.Is(err, journal.ErrDiskFull) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if kept < 10 || kept == 100 {
		t.Fatalf("%d records of 3000 bytes fit into 64 KiB", kept)
	}
	if got := len(indexes(t, j)); got != kept {
		t.Fatalf("%d records are there, %d were appended", got, kept)
	}
	if err := j.TruncateFront(j.Last()); err != nil {
		t.Fatal(err)
	}
	if first := appendAll(t, j, rec); first != uint64(kept+1) {
		t.Fatalf("index %d after room was made, want %d", first, kept+1)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, journal.Options{})
	if j.Last() != uint64(kept+1) || j.Dropped() != nil {
		t.Fatalf("last %d, dropped %+v after opening again", j.Last(), j.Dropped())
	}
}
