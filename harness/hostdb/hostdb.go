// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hostdb is host.db, the database in the user's state folder that all
// runs on this computer share: what was sent (see Quota).
//
// It guarantees that processes may use it at the same time, each transaction
// alone; that a transaction is there after a crash of the process or not at
// all; that an older schema is brought up to date when it is opened, and a
// newer one refused with what to do. It holds no Push Token, only fingerprints,
// and only its owner may read it.
//
// It does not work on network file systems, whose locks SQLite cannot trust,
// and after a loss of power the last transactions may be gone.
package hostdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite" // registers the driver, too
	sqlite3 "modernc.org/sqlite/lib"
)

// Name is the database's file name.
const Name = "host.db"

// busyLimit is how long a transaction waits for those of other processes; none
// takes longer than some milliseconds.
const busyLimit = 20 * time.Second

// DB is an open host.db. Its methods may be called from any goroutine.
type DB struct {
	path string
	sql  *sql.DB
}

// Open opens host.db in the folder dir and makes both where they are missing.
// The error is a *NewerError if a newer version of this program has written it,
// and otherwise an *OpenError. Close the DB.
func Open(ctx context.Context, dir string) (*DB, error) {
	path := filepath.Join(dir, Name)
	if err := touch(path); err != nil {
		return nil, &OpenError{Path: path, Err: err}
	}
	handle, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, &OpenError{Path: path, Err: err}
	}
	// A transaction waits for its turn here, not with a lock of the file.
	handle.SetMaxOpenConns(1)
	db := &DB{path, handle}
	if err := db.prepare(ctx); err != nil {
		_ = handle.Close()
		var newer *NewerError
		if errors.As(err, &newer) || ctx.Err() != nil {
			return nil, err
		}
		return nil, &OpenError{Path: path, Err: err}
	}
	return db, nil
}

// touch makes the folder and the file for their owner alone: SQLite gives its
// further files the rights of the first.
func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// dsn has every transaction take the lock for writing when it begins: one that
// asked for it later could not wait for others.
func dsn(path string) string {
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyLimit.Milliseconds()), "synchronous(normal)", "foreign_keys(on)",
	}}
	file := url.URL{Scheme: "file", Opaque: filePath(path), RawQuery: pragmas.Encode()}
	return file.String()
}

// filePath escapes a path for SQLite's URI, in which a Windows path begins with
// a slash as well.
func filePath(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	return (&url.URL{Path: path}).EscapedPath()
}

// Path is the file's.
func (db *DB) Path() string { return db.path }

// Close closes the database.
func (db *DB) Close() error {
	if err := db.sql.Close(); err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}

// update runs f in a transaction.
func (db *DB) update(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return db.explain(err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return db.explain(tx.Commit())
}

// explain says what to do about a lock that somebody holds for too long.
func (db *DB) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case code(err)&0xff == sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%s was in use for longer than %s: look for a process that hangs with it open: %w", db.path, busyLimit, err)
	}
	return fmt.Errorf("use %s: %w", db.path, err)
}

// code is SQLite's code for an error, 0 for one that is not SQLite's.
func code(err error) int {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		return failed.Code()
	}
	return 0
}
