// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"errors"
	"os"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

func TestTwoNeverShareAFolder(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	_, err := journal.Open(dir, journal.Options{})
	var locked *journal.LockedError
	if !errors.As(err, &locked) || !errors.Is(err, journal.ErrLocked) || locked.Dir != dir {
		t.Fatalf("second Open in this process: %v, want a *LockedError", err)
	}
	// The refused one must not have touched what the first one writes.
	appendAll(t, j, "a")
	equal(t, read(t, j, 0), []string{"1:a"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, journal.Options{})
}

func TestAnotherProcessHoldsTheFolderUntilItDies(t *testing.T) {
	dir := t.TempDir()
	cmd, lines := childProcess(t, dir)
	if !lines.Scan() {
		t.Fatal("the child said nothing")
	}
	if _, err := journal.Open(dir, journal.Options{}); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("Open while another process appends: %v, want ErrLocked", err)
	}
	if _, err := journal.TryLock(dir); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("TryLock while another process appends: %v, want ErrLocked", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if cmd.Wait() == nil {
		t.Fatal("the child ended by itself")
	}
	open(t, dir, journal.Options{})
}

func TestLockOfAMissingFolder(t *testing.T) {
	if _, err := journal.TryLock(t.TempDir() + "/none"); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%v, want that the folder does not exist", err)
	}
}
