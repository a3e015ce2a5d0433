// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package store keeps message receipts in a SQLite database.
//
// It guarantees that what Add has taken survives a power failure, that the same
// receipt is kept once, that receipts go when they are as old as a message can
// live (15 days, unless told otherwise), that the file does not outgrow its
// bound, and that it is readable by its owner only. Several processes may use
// one database. It holds no Push Token: receipts come with fingerprints.
//
// It does not guarantee when the space of old receipts goes back to the file
// system: the file keeps it for those to come.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	// The driver "sqlite": SQLite without cgo.
	_ "modernc.org/sqlite"

	"github.com/pushproof/pushproof/harness/receipts"
)

// Defaults of Options.
const (
	// DefaultKeep is the longest ttl of a message: its receipt may come that
	// late. Source: Push Kit REST API, request parameters, ttl.
	DefaultKeep     = 15 * 24 * time.Hour
	DefaultBytesMax = 2 << 30
	DefaultPrune    = time.Hour
)

// Options configure a Store. The zero value has sensible defaults.
type Options struct {
	// Keep is how long receipts stay after they came.
	Keep time.Duration
	// BytesMax bounds the database; what comes when it is full is a *FullError.
	BytesMax int64
	// Prune is how often old receipts are removed.
	Prune time.Duration
	// Now is the clock by which receipts age; nil means time.Now.
	Now func() time.Time
	// Logger is told of pruning that fails; nil discards it.
	Logger *slog.Logger
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path string
	o    Options
	db   *sql.DB

	jobs   chan *job
	closed <-chan struct{}
	stop   context.CancelFunc
	work   sync.WaitGroup
}

var _ receipts.Store = (*Store)(nil)

// The marks by which a database is known: "PPrc", and the form of its tables.
const (
	application = 0x50507263
	version     = 1
)

const schema = `
CREATE TABLE receipts (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- none comes twice
	request_id TEXT    NOT NULL,
	bi_tag     TEXT    NOT NULL,
	token      TEXT    NOT NULL,
	bundle     TEXT    NOT NULL,
	push_type  INTEGER NOT NULL,
	form_id    INTEGER NOT NULL,
	result     INTEGER NOT NULL,
	at         INTEGER NOT NULL, -- milliseconds since 1970, as received
	received   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipt  ON receipts (request_id, token, at, result, form_id, bi_tag, bundle, push_type);
CREATE        INDEX tag      ON receipts (bi_tag, id);
CREATE        INDEX received ON receipts (received);
`

// ForeignError is a file that is no database of receipts, or of a form that
// this version does not know. Nothing has been changed in it.
type ForeignError struct {
	Path string
	Why  string
}

// Error says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not a database of receipts that this version can use: %s; name another file", e.Path, e.Why)
}

// Open opens the database, or makes it, and removes what is too old. Its folder
// must exist. The error is a *ForeignError if the file is something else. Close
// the store.
func Open(ctx context.Context, path string, o Options) (s *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open the database of receipts: %w", err)
		}
	}()
	o = o.withDefaults()
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	// SQLite would make a file that everybody may read; its other files get
	// the mode of this one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	s = &Store{path: path, o: o, db: db, jobs: make(chan *job, jobsMax)}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := s.Prune(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.closed = stop, working.Done()
	s.work.Go(func() { s.write(working) })
	s.work.Go(func() { s.tidy(working) })
	return s, nil
}

// connections bounds those to the database: one writes, the others read.
const connections = 4

func (o Options) withDefaults() Options {
	if o.Keep <= 0 {
		o.Keep = DefaultKeep
	}
	if o.BytesMax <= 0 {
		o.BytesMax = DefaultBytesMax
	}
	if o.Prune <= 0 {
		o.Prune = DefaultPrune
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// source names the file so that no character of it has another meaning.
func source(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/...
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"
}

// prepare makes the tables in a new file, and refuses a foreign one.
func (s *Store) prepare(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.known(err)
	}
	defer func() { _ = tx.Rollback() }()
	var tables, app, form int
	if err := errors.Join(
		tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables),
		tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app),
		tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&form),
	); err != nil {
		return s.known(err)
	}
	switch {
	case tables == 0 && app == 0 && form == 0:
		if _, err := tx.ExecContext(ctx, schema+
			"PRAGMA application_id = "+strconv.Itoa(application)+";PRAGMA user_version = "+strconv.Itoa(version)); err != nil {
			return s.known(err)
		}
	case app != application:
		return &ForeignError{s.path, "it holds other tables"}
	case form != version:
		return &ForeignError{s.path, fmt.Sprintf("its form is %d, and this version writes form %d", form, version)}
	}
	return tx.Commit()
}

// Close ends the store. An Add that has not returned may fail.
func (s *Store) Close() error {
	s.stop()
	s.work.Wait()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close the database of receipts: %w", err)
	}
	return nil
}

// Size returns the bytes of the database's file.
func (s *Store) Size() (int64, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the database of receipts: %w", err)
	}
	return info.Size(), nil
}
