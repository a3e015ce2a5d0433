// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
)

const selection = `SELECT id, request_id, bi_tag, token, bundle, push_type, form_id, result, at, received
	FROM receipts WHERE bi_tag = ? AND id > ? ORDER BY id LIMIT ?`

// ByTag implements receipts.Store.
func (s *Store) ByTag(ctx context.Context, biTag string, after int64, limit int) (list []receipts.Receipt, err error) {
	defer func() {
		if err != nil {
			list, err = nil, fmt.Errorf("read receipts: %w", s.known(err))
		}
	}()
	rows, err := s.db.QueryContext(ctx, selection, biTag, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r receipts.Receipt
		var at, received int64
		if err := rows.Scan(&r.ID, &r.RequestID, &r.BiTag, &r.Token, &r.Bundle, &r.PushType, &r.FormID, &r.Result, &at, &received); err != nil {
			return nil, err
		}
		r.At, r.Received = time.UnixMilli(at).UTC(), time.UnixMilli(received).UTC()
		list = append(list, r)
	}
	return list, rows.Err()
}
