// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/push"
)

// storage is a folder of an app whose disk can be filled and freed.
type storage struct {
	dir        string
	journal    journal.Options
	fill, free func(t *testing.T)
}

// pretended is storage on any disk, whose files fail as on a full one.
func pretended(t *testing.T) storage {
	var mu sync.Mutex
	full := false
	set := func(now bool) func(*testing.T) {
		return func(*testing.T) { mu.Lock(); defer mu.Unlock(); full = now }
	}
	isFull := func() bool { mu.Lock(); defer mu.Unlock(); return full }
	return storage{dir: t.TempDir(), fill: set(true), free: set(false), journal: journal.Options{
		OpenFile: func(name string, flag int, perm os.FileMode) (journal.File, error) {
			f, err := os.OpenFile(name, flag, perm)
			return &fullFile{f, isFull}, err
		},
	}}
}

type fullFile struct {
	*os.File
	full func() bool
}

func (f *fullFile) WriteAt(p []byte, off int64) (int, error) {
	if f.full() {
		return 0, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.File.WriteAt(p, off)
}

// TestDiskFull: while the app's disk is full, deliveries are rejected and the
// app is told why; what was kept before reaches the hub, and so does, once
// there is room again and although nothing more is delivered, how many were
// lost.
func TestDiskFull(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(t *testing.T) storage
	}{
		{"a small file system", tiny},
		{"files that say so", pretended},
	} {
		t.Run(c.name, func(t *testing.T) {
			disk := c.open(t)
			hubDir := t.TempDir()
			h := openHub(t, "", hubDir)
			a := openAgent(t, agent.Config{Dir: disk.dir, Session: sessionFor(h.URL()), Journal: disk.journal})
			kept := map[int]bool{}
			n := 0
			give := func() error {
				n++
				d := deliver(a, padded(n))
				<-d.Done()
				kept[n] = d.Err() == nil
				return d.Err()
			}
			for range 50 {
				if err := give(); err != nil {
					t.Fatal(err)
				}
			}
			disk.fill(t)
			var lost uint64
			for lost < 20 {
				switch err := give(); {
				case err == nil && n > 1000:
					t.Fatal("the disk never filled up")
				case err == nil:
				case errors.Is(err, journal.ErrDiskFull) && strings.Contains(err.Error(), "free some space"):
					lost++
				default:
					t.Fatalf("%v, want ErrDiskFull and what to do", err)
				}
			}
			t.Logf("%d kept, %d rejected", n-int(lost), lost)
			enough := func(j *journaled) bool { return len(j.numbers) == n-int(lost) }
			follow(t, h, enough)
			disk.free(t)
			follow(t, h, func(j *journaled) bool { return j.losses["disk-full"] == lost })
			if err := give(); err != nil {
				t.Errorf("a delivery after there was room: %v", err)
			}
			if err := a.Flush(within(t)); err != nil {
				t.Error(err)
			}
			closeAgent(t, a)
			closeHub(t, h)
			journal := replay(t, hubDir)
			journal.once(t)
			for n, kept := range kept {
				if kept != (journal.numbers[n] == 1) {
					t.Errorf("message %d: kept %v, journaled %d times", n, kept, journal.numbers[n])
				}
			}
			if len(journal.losses) != 1 || journal.losses["disk-full"] != lost {
				t.Errorf("losses %v, want %d by a full disk", journal.losses, lost)
			}
		})
	}
}

// padded is message n with as many bytes as a push may have.
func padded(n int) push.Payload {
	p := numbered(n)
	p.Data = strings.Replace(p.Data, "counter", strings.Repeat("counter ", 450), 1)
	return p
}
