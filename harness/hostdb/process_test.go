// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

// The processes make the database as well, all at once.
func TestProcessesNeverExceedALimit(t *testing.T) {
	dir := t.TempDir()
	var children []*child
	for range 3 {
		children = append(children, start(t, "rush", dir))
	}
	for _, c := range children {
		c.say(t)
	}
	sum := 0
	for _, c := range children {
		var got int
		if line := c.line(t); !scan(line, &got) {
			t.Fatalf("a process says %q", line)
		}
		sum += got
	}
	if sum > most {
		t.Errorf("%d messages were sent, the limit is %d", sum, most)
	}
	// What one gave back another may have been refused for: the rest is left.
	l := quota.New(quota.Options{Store: open(t, dir).Quota(), Rules: rules(), Wait: -1})
	for range most - sum {
		if _, err := l.Reserve(t.Context(), message); err != nil {
			t.Fatalf("after %d of %d: %v", sum, most, err)
		}
	}
	var over *quota.OverError
	if _, err := l.Reserve(t.Context(), message); !errors.As(err, &over) || over.Sent != most {
		t.Errorf("the limit is used up, and %v", err)
	}
}

func scan(line string, got *int) bool {
	n, err := fmt.Sscanf(line, "got %d", got)
	return n == 1 && err == nil
}

// A process that is killed between reserve and commit blocks nobody for longer
// than its lease.
func TestReservationsOfTheDeadEnd(t *testing.T) {
	dir := t.TempDir()
	c := start(t, "hold", dir)
	c.say(t)
	if line := c.line(t); line != "held" {
		t.Fatalf("the process says %q", line)
	}
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	now := time.Now()
	l := quota.New(quota.Options{Store: open(t, dir).Quota(), Rules: rules(), Wait: -1, Now: func() time.Time { return now }})
	var over *quota.OverError
	if _, err := l.Reserve(t.Context(), message); !errors.As(err, &over) || over.Sent != most {
		t.Fatalf("what the dead process holds does not count: %v", err)
	}
	if room := over.Room.Sub(now); room <= 0 || room > quota.DefaultLease {
		t.Errorf("there is room in %s, after the lease of %s", room, quota.DefaultLease)
	}
	now = now.Add(quota.DefaultLease)
	if _, err := l.Reserve(t.Context(), message); err != nil {
		t.Errorf("after the lease: %v", err)
	}
}

// open opens the database for this test.
func open(t *testing.T, dir string) *hostdb.DB {
	t.Helper()
	db, err := hostdb.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
