// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/pushproof/pushproof/harness/receipts"
)

// The bounds of writing: lists that wait, and receipts in one transaction.
const (
	jobsMax  = 256
	groupMax = 5000
)

// job is a list of receipts on its way into the database.
type job struct {
	ctx  context.Context
	list []receipts.Receipt
	done chan error
}

// FullError says that the database has reached its bound, or the disk its end.
// Receipts are kept again once there is room.
type FullError struct {
	Path string
	Err  error
}

// Error says what to do.
func (e *FullError) Error() string {
	return fmt.Sprintf("the database of receipts, %s, is full: free the disk, or wait until old receipts go: %v", e.Path, e.Err)
}

// Unwrap returns SQLite's error.
func (e *FullError) Unwrap() error { return e.Err }

// errClosed is for who comes too late.
var errClosed = errors.New("keep receipts: the database was closed")

// Add implements receipts.Store. Lists that come at the same time share a
// transaction, and so one wait for the disk. When ctx ends first the list may
// be kept nevertheless.
func (s *Store) Add(ctx context.Context, list []receipts.Receipt) error {
	if len(list) == 0 {
		return nil
	}
	j := &job{ctx: ctx, list: list, done: make(chan error, 1)}
	select {
	case s.jobs <- j:
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return fmt.Errorf("keep receipts: %w", context.Cause(ctx))
	}
	select {
	case err := <-j.done:
		return err
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return fmt.Errorf("keep receipts: %w", context.Cause(ctx))
	}
}

// write takes the jobs until ctx ends. A transaction that has begun is brought
// to its end; SQLite's own time-out bounds it.
func (s *Store) write(ctx context.Context) {
	for {
		select {
		case j := <-s.jobs:
			s.group(context.WithoutCancel(ctx), j)
		case <-ctx.Done():
			return
		}
	}
}

// group writes a job together with those that wait behind it.
func (s *Store) group(ctx context.Context, first *job) {
	group, rows := []*job{first}, len(first.list)
	for rows < groupMax {
		select {
		case j := <-s.jobs:
			group, rows = append(group, j), rows+len(j.list)
			continue
		default:
		}
		break
	}
	err := s.insert(ctx, group)
	for _, j := range group {
		j.done <- err
	}
}

const insertion = `INSERT INTO receipts (request_id, bi_tag, token, bundle, push_type, form_id, result, at, received)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

// insert is one transaction.
func (s *Store) insert(ctx context.Context, group []*job) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep receipts: %w", s.known(err))
		}
	}()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := s.bound(ctx, tx); err != nil {
		return err
	}
	statement, err := tx.PrepareContext(ctx, insertion)
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, j := range group {
		if j.ctx.Err() != nil {
			continue // nobody waits for it any more
		}
		for _, r := range j.list {
			if _, err := statement.ExecContext(ctx, r.RequestID, r.BiTag, r.Token, r.Bundle, r.PushType, r.FormID, r.Result,
				r.At.UnixMilli(), r.Received.UnixMilli()); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// bound sets the file's largest size, which belongs to the connection.
func (s *Store) bound(ctx context.Context, tx *sql.Tx) error {
	var page int64
	if err := tx.QueryRowContext(ctx, "PRAGMA page_size").Scan(&page); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", max(1, s.o.BytesMax/page)))
	return err
}

// known gives SQLite's errors the types of this package.
func (s *Store) known(err error) error {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return &FullError{s.path, err}
	case sqlite3.SQLITE_NOTADB:
		return &ForeignError{s.path, "it is no SQLite database"}
	}
	return err
}

// pruneStep bounds how many receipts go in one transaction, so that new ones
// need not wait long.
const pruneStep = 10_000

// Prune removes the receipts that came longer than Keep ago, and returns how
// many. It is done at Open, and then every Options.Prune.
func (s *Store) Prune(ctx context.Context) (int64, error) {
	limit := s.o.Now().Add(-s.o.Keep).UnixMilli()
	var total int64
	for {
		res, err := s.db.ExecContext(ctx,
			"DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE received < ? LIMIT ?)", limit, pruneStep)
		if err != nil {
			return total, fmt.Errorf("remove old receipts: %w", s.known(err))
		}
		n, err := res.RowsAffected()
		if err != nil {
			return total, fmt.Errorf("count old receipts: %w", err)
		}
		if total += n; n < pruneStep {
			return total, nil
		}
	}
}

// tidy prunes until ctx ends.
func (s *Store) tidy(ctx context.Context) {
	ticker := time.NewTicker(s.o.Prune)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if _, err := s.Prune(ctx); err != nil && ctx.Err() == nil {
				s.o.Logger.Error("old receipts are not removed", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}
