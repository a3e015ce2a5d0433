// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	sqlite3 "modernc.org/sqlite/lib"
)

// application marks the file as ours ("PPRF"): PRAGMA application_id.
const application = 0x50505246

// migrations bring the schema from each version to the next; the version is
// the number of those that were applied (PRAGMA user_version). One that was
// ever released is never changed.
var migrations = []string{
	// Times are milliseconds since 1970. expires is NULL once the message was
	// sent. Until somebody knows whose token it is, device is the token.
	`CREATE TABLE sends (
		id       TEXT PRIMARY KEY,
		at       INTEGER NOT NULL,
		expires  INTEGER,
		project  TEXT NOT NULL,
		app      TEXT NOT NULL,
		device   TEXT NOT NULL,
		token    TEXT NOT NULL,
		kind     TEXT NOT NULL,
		category TEXT NOT NULL,
		item     TEXT NOT NULL,
		event    TEXT NOT NULL,
		test     INTEGER NOT NULL,
		further  INTEGER NOT NULL,
		forced   INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE INDEX sends_at ON sends (at);
	CREATE INDEX sends_expires ON sends (expires) WHERE expires IS NOT NULL;
	CREATE INDEX sends_unowned ON sends (token) WHERE device = token;
	CREATE TABLE owners (
		token  TEXT PRIMARY KEY,
		device TEXT NOT NULL,
		app    TEXT NOT NULL
	) STRICT, WITHOUT ROWID;`,
	// Of a live view's messages only updates count; those from before this step
	// count as such, since it is not known what they were.
	`ALTER TABLE sends ADD COLUMN operation INTEGER NOT NULL DEFAULT 1;`,
}

// OpenError says why host.db cannot be used.
type OpenError struct {
	Path string
	Err  error
}

// Error says what to do as well.
func (e *OpenError) Error() string {
	what := "check that its folder can be written, or name another one with --state-dir DIR"
	if code(e.Err) == sqlite3.SQLITE_NOTADB || code(e.Err)&0xff == sqlite3.SQLITE_CORRUPT || errors.Is(e.Err, errForeign) {
		what = "move the file away (what was sent today is then forgotten), or name another folder with --state-dir DIR"
	}
	return fmt.Sprintf("open the ledger of what was sent, %s: %v; %s", e.Path, e.Err, what)
}

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// NewerError says that a newer version of this program has written host.db.
type NewerError struct {
	Path string
	// Found is the schema's version, Known the newest that this program knows.
	Found, Known int
}

// Error says what to do as well.
func (e *NewerError) Error() string {
	return fmt.Sprintf("%s has schema %d, and this version knows up to %d: a newer hdc-runner has written it; update this one, or give it a folder of its own with --state-dir DIR",
		e.Path, e.Found, e.Known)
}

// errForeign is a database of another program.
var errForeign = errors.New("it is the database of another program")

// prepare brings an open file into the state that the rest relies on.
func (db *DB) prepare(ctx context.Context) error {
	// The change to a log beside the file needs the file alone for a moment, and
	// SQLite does not wait for that by itself. It holds for good.
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		_, err := db.sql.ExecContext(ctx, "PRAGMA journal_mode = wal")
		if err != nil && code(err)&0xff != sqlite3.SQLITE_BUSY {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(busyLimit), backoff.WithBackOff(&backoff.ExponentialBackOff{
		InitialInterval: 2 * time.Millisecond, Multiplier: 1.5, RandomizationFactor: 0.5, MaxInterval: 100 * time.Millisecond,
	}))
	if err != nil {
		return err
	}
	return db.update(ctx, func(tx *sql.Tx) error { return db.migrate(ctx, tx) })
}

// migrate applies what is missing, all of it or nothing.
func (db *DB) migrate(ctx context.Context, tx *sql.Tx) error {
	var mark, version int
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&mark); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if mark != application {
		var tables int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
			return err
		}
		if tables > 0 || mark != 0 {
			return errForeign
		}
	}
	if version > len(migrations) {
		return &NewerError{Path: db.path, Found: version, Known: len(migrations)}
	}
	if version == len(migrations) {
		return nil
	}
	for i, statement := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("bring the schema to version %d: %w", version+i+1, err)
		}
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(migrations)))
	return err
}
