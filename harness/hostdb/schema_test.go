// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

// use opens the database, reserves as much as the limit leaves, and returns how
// much that was.
func use(t *testing.T, dir string, want int) (got int, err error) {
	t.Helper()
	db, err := hostdb.Open(t.Context(), dir)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	l := quota.New(quota.Options{Store: db.Quota(), Rules: rules(), Wait: -1})
	for range want {
		if _, err := l.Reserve(t.Context(), message); err != nil {
			return got, nil
		}
		got++
	}
	return got, nil
}

// An update of the program keeps what was sent, goes wrong as a whole or not at
// all, and does not go back.
func TestMigrations(t *testing.T) {
	dir := t.TempDir()
	if got, err := use(t, dir, 10); got != 10 || err != nil {
		t.Fatalf("%d, %v", got, err)
	}
	later := "CREATE TABLE leases (device TEXT PRIMARY KEY) STRICT"

	restore := hostdb.WithMigrations(later, "CREATE TABEL")
	_, err := use(t, dir, 1)
	var opening *hostdb.OpenError
	if !errors.As(err, &opening) || !strings.Contains(err.Error(), "bring the schema to version 4") {
		t.Errorf("a step that goes wrong: %v", err)
	}
	restore()
	if got, err := use(t, dir, 10); got != 10 || err != nil {
		t.Fatalf("the older version after an update that went wrong: %d, %v", got, err)
	}

	restore = hostdb.WithMigrations(later)
	for range 2 { // the second time there is nothing to do
		if got, err := use(t, dir, 5); got != 5 || err != nil {
			t.Fatalf("the newer version: %d, %v", got, err)
		}
	}
	if got, err := use(t, dir, most); got != most-30 || err != nil {
		t.Errorf("the newer version has room for %d, %v; want %d", got, err, most-30)
	}
	restore()
	var newer *hostdb.NewerError
	if _, err := use(t, dir, 1); !errors.As(err, &newer) || newer.Found != 3 || newer.Known != 2 {
		t.Errorf("the older version once more: %v", err)
	}
}
