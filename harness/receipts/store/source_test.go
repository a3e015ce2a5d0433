// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
)

// That receipts survive a power failure rests on these: each commit waits for
// the disk.
func TestEachConnectionWaitsForTheDisk(t *testing.T) {
	db, err := sql.Open("sqlite", store.Source(filepath.Join(t.TempDir(), "r.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000"} {
		var got string
		if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

// Several collectors may share a database.
func TestTwoStoresShareADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.db")
	stores := []*store.Store{open(t, path, store.Options{Now: at(noon)}), open(t, path, store.Options{Now: at(noon)})}
	const posts = 50
	var group sync.WaitGroup
	for i, s := range stores {
		group.Go(func() {
			for p := range posts {
				if err := s.Add(t.Context(), []receipts.Receipt{receipt("both", p), receipt(fmt.Sprint("own", i), p)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for _, s := range stores {
		for tag, want := range map[string]int{"both": posts, "own0": posts, "own1": posts} {
			if got := len(find(t, s, tag, 0)); got != want {
				t.Errorf("%s: %d receipts, want %d", tag, got, want)
			}
		}
	}
}
