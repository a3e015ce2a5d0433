// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb

import (
	"context"
	"database/sql"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/quota"
)

// Quota returns the part of the database that a quota.Ledger keeps its entries
// in. It lives as long as the DB.
func (db *DB) Quota() quota.Store { return quotaStore{db} }

type quotaStore struct{ db *DB }

// Update implements quota.Store.
func (s quotaStore) Update(ctx context.Context, f func(quota.Tx) error) error {
	return s.db.update(ctx, func(tx *sql.Tx) error { return f(&quotaTx{ctx, s.db, tx}) })
}

// quotaTx is one transaction; its ctx is that of Update.
type quotaTx struct {
	ctx context.Context
	db  *DB
	tx  *sql.Tx
}

func (t *quotaTx) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return t.db.explain(err)
}

// Entries implements quota.Tx.
func (t *quotaTx) Entries(since time.Time) ([]quota.Entry, error) {
	rows, err := t.tx.QueryContext(t.ctx, `SELECT id, at, expires, project, app, device, token, kind, category, item, event, operation, test, further, forced
		FROM sends WHERE at >= ? ORDER BY at`, since.UnixMilli())
	if err != nil {
		return nil, t.db.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var list []quota.Entry
	for rows.Next() {
		var e quota.Entry
		var at int64
		var expires sql.NullInt64
		var kind string
		if err := rows.Scan(&e.ID, &at, &expires, &e.Project, &e.App, &e.Device, &e.Token, &kind, &e.Category, &e.Item, &e.Event, &e.Operation, &e.Test, &e.Further, &e.Forced); err != nil {
			return nil, t.db.explain(err)
		}
		// A message of no known kind counts for the limits of all kinds.
		e.Kind, _ = push.ParseKind(kind)
		e.At = time.UnixMilli(at)
		if expires.Valid {
			e.Expires = time.UnixMilli(expires.Int64)
		}
		list = append(list, e)
	}
	return list, t.db.explain(rows.Err())
}

// Put implements quota.Tx.
func (t *quotaTx) Put(e quota.Entry) error {
	expires := sql.NullInt64{Int64: e.Expires.UnixMilli(), Valid: !e.Expires.IsZero()}
	return t.exec(`INSERT OR REPLACE INTO sends (id, at, expires, project, app, device, token, kind, category, item, event, operation, test, further, forced)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.At.UnixMilli(), expires, e.Project, e.App, e.Device, e.Token, e.Kind.String(), e.Category, e.Item, e.Event, e.Operation, e.Test, e.Further, e.Forced)
}

// Delete implements quota.Tx.
func (t *quotaTx) Delete(id string) error { return t.exec("DELETE FROM sends WHERE id = ?", id) }

// Purge implements quota.Tx.
func (t *quotaTx) Purge(now, old time.Time) error {
	if err := t.exec("DELETE FROM sends WHERE expires <= ?", now.UnixMilli()); err != nil {
		return err
	}
	return t.exec("DELETE FROM sends WHERE at < ?", old.UnixMilli())
}

// Learn implements quota.Tx.
func (t *quotaTx) Learn(token, device, app string) error {
	if err := t.exec("INSERT OR REPLACE INTO owners (token, device, app) VALUES (?, ?, ?)", token, device, app); err != nil {
		return err
	}
	return t.exec("UPDATE sends SET device = ?, app = ? WHERE token = ? AND device = token", device, app, token)
}

// Owner implements quota.Tx.
func (t *quotaTx) Owner(token string) (device, app string, err error) {
	err = t.tx.QueryRowContext(t.ctx, "SELECT device, app FROM owners WHERE token = ?", token).Scan(&device, &app)
	if err == sql.ErrNoRows {
		return "", "", nil
	}
	return device, app, t.db.explain(err)
}
