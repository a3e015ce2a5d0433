// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
)

// wait receives one sync or ends the test when the test's own time is over.
func wait(t *testing.T, syncs <-chan string) string {
	t.Helper()
	select {
	case name := <-syncs:
		return name
	case <-t.Context().Done():
		t.Fatal("no sync")
		return ""
	}
}

func TestAppendsAreSyncedInGroups(t *testing.T) {
	d := &disk{room: -1, syncs: make(chan string, 100)}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SyncEvery: time.Hour})
	for range 50 {
		appendAll(t, j, "r")
	}
	if err := j.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(d.syncs) != 1 {
		t.Fatalf("%d syncs for 50 records and one Sync, want 1", len(d.syncs))
	}
	if err := j.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(d.syncs) != 1 {
		t.Fatal("nothing was appended, but something was synced")
	}
}

func TestAppendIsSyncedByItself(t *testing.T) {
	d := &disk{room: -1, syncs: make(chan string, 100)}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SegmentBytes: 60})
	appendAll(t, j, "a")
	first := wait(t, d.syncs)
	appendAll(t, j, "b")
	wait(t, d.syncs)
	appendAll(t, j, "a new segment")
	// The finished segment is synced once more, then the new one.
	if name := wait(t, d.syncs); name != first {
		t.Fatalf("synced %s, want the finished segment %s", name, first)
	}
	if name := wait(t, d.syncs); name == first {
		t.Fatal("the new segment was not synced")
	}
}

func TestCloseSyncs(t *testing.T) {
	d := &disk{room: -1, syncs: make(chan string, 100)}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SyncEvery: -1})
	appendAll(t, j, "a")
	if len(d.syncs) != 0 {
		t.Fatal("synced although that was left to Sync and Close")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if len(d.syncs) != 1 {
		t.Fatal("Close did not sync")
	}
}

func TestSyncEndsWithItsContext(t *testing.T) {
	d := &disk{room: -1, syncs: make(chan string)}
	j := open(t, t.TempDir(), journal.Options{OpenFile: d.open, SyncEvery: -1})
	appendAll(t, j, "a")
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	if err := j.Sync(ctx); !errors.Is(err, why) {
		t.Fatalf("%v, want the context's cause", err)
	}
	wait(t, d.syncs) // it went on
}
