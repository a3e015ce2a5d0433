// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Processes that start at once on an empty folder, or on what a power failure
// left of the id, agree on one.
func TestOneInstallID(t *testing.T) {
	for _, c := range []struct {
		name string
		left []byte
	}{
		{"none", nil},
		{"empty", []byte{}},
		{"torn", []byte("0123456789")},
		{"damaged", []byte("0123456789abcde\x00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := listen(t)
			dir := t.TempDir()
			if err := hub.session("run-1").Save(root(dir)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root(dir), "install")
			if c.left != nil {
				if err := os.WriteFile(path, c.left, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			const processes = 12
			var starting sync.WaitGroup
			for range processes {
				starting.Go(func() {
					a, err := agent.New(agent.Config{Dir: dir, Role: wire.RoleExtension, Kit: &kit{}})
					if err != nil {
						t.Error(err)
						return
					}
					t.Cleanup(func() { shut(t, a) })
					a.Start(t.Context())
				})
			}
			starting.Wait()
			if t.Failed() {
				return
			}
			want := installOf(t, dir)
			if len(want) != 16 {
				t.Errorf("the id is %q", want)
			}
			for range processes {
				if got := hub.next(t).hello.Install; got != want {
					t.Errorf("a process has the id %q, another one %q", got, want)
				}
			}
		})
	}
}

func TestInstallIDIsKept(t *testing.T) {
	dir := t.TempDir()
	shut(t, open(t, agent.Config{Dir: dir}))
	id := installOf(t, dir)
	shut(t, open(t, agent.Config{Dir: dir}))
	if again := installOf(t, dir); again != id {
		t.Errorf("id %q became %q", id, again)
	}
	if err := os.Remove(filepath.Join(root(dir), "install")); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, agent.Config{Dir: dir}))
	if again := installOf(t, dir); again == id {
		t.Error("an app whose data is gone has the same id")
	}
}

// An app's onCreate cannot wait for long.
func TestNobodyWaitsForeverForTheInstallID(t *testing.T) {
	dir := t.TempDir()
	lock, err := journal.TryLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := agent.InstallID(dir, 0); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("got %q, %v while another process has the lock", id, err)
	}
	// The id is taken as soon as it is there; its maker may keep the lock.
	const made = "0123456789abcdef"
	got := make(chan string, 1)
	go func() {
		id, err := agent.InstallID(dir, patience)
		if err != nil {
			t.Error(err)
		}
		got <- id
	}()
	if err := os.WriteFile(filepath.Join(dir, "made"), []byte(made), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "made"), filepath.Join(dir, "install")); err != nil {
		t.Fatal(err)
	}
	if id := <-got; id != made {
		t.Errorf("got %q, want %q", id, made)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}
