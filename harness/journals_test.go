// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/harness"
)

// makeJournal makes the hub's journal of a run and a device, and leaves it open.
func makeJournal(t *testing.T, reports, run, label string) *journal.Journal {
	t.Helper()
	dir := filepath.Join(reports, "journal", run, label)
	j, err := journal.Open(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append([]byte("a record")); err != nil {
		t.Fatal(err)
	}
	return j
}

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return err == nil
}

// A report folder may be any folder of the user's: what is not ours stays.
func TestJournalRemovesNothingElse(t *testing.T) {
	const old, going, mixed, own = "20260101-000000-aaaaaa", "20260101-000001-bbbbbb", "20260101-000002-cccccc", "20260101-000003-dddddd"
	reports := t.TempDir()
	if err := makeJournal(t, reports, old, "phone").Close(); err != nil {
		t.Fatal(err)
	}
	if err := makeJournal(t, reports, old, "tablet").Close(); err != nil {
		t.Fatal(err)
	}
	open := makeJournal(t, reports, going, "phone")
	defer func() { _ = open.Close() }()
	if err := makeJournal(t, reports, mixed, "phone").Close(); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(reports, "journal")
	kept := []string{
		filepath.Join(root, "journal.go"), filepath.Join(root, "notes", "precious.txt"),
		filepath.Join(root, mixed, "phone", "precious.txt"), filepath.Join(root, "20260101-000004-eeeeee", "precious.txt"),
	}
	for _, path := range kept {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := harness.Journal(reports, own, "127.0.0.1:5555")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, own, "127.0.0.1_5555"); dir != want {
		t.Errorf("Journal = %s, want %s", dir, want)
	}
	if exists(t, filepath.Join(root, old)) {
		t.Error("the journal of an earlier run is still there")
	}
	for _, path := range append(kept, filepath.Join(root, going, "phone")) {
		if !exists(t, path) {
			t.Errorf("%s is gone", path)
		}
	}
}
