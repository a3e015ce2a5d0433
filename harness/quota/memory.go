// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a Store that ends with the process. Its zero value is empty.
type Memory struct {
	mu      sync.Mutex
	entries map[string]Entry
	owners  map[string]owner
}

type owner struct{ device, app string }

// Update implements Store.
func (m *Memory) Update(ctx context.Context, f func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &memoryTx{map[string]Entry{}, map[string]owner{}}
	maps.Copy(tx.entries, m.entries)
	maps.Copy(tx.owners, m.owners)
	if err := f(tx); err != nil {
		return err
	}
	m.entries, m.owners = tx.entries, tx.owners
	return nil
}

type memoryTx struct {
	entries map[string]Entry
	owners  map[string]owner
}

func (tx *memoryTx) Entries(since time.Time) ([]Entry, error) {
	var list []Entry
	for _, e := range tx.entries {
		if !e.At.Before(since) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return a.At.Compare(b.At) })
	return list, nil
}

func (tx *memoryTx) Put(e Entry) error {
	tx.entries[e.ID] = e
	return nil
}

func (tx *memoryTx) Delete(id string) error {
	delete(tx.entries, id)
	return nil
}

func (tx *memoryTx) Purge(now, old time.Time) error {
	maps.DeleteFunc(tx.entries, func(_ string, e Entry) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) || e.At.Before(old) })
	return nil
}

func (tx *memoryTx) Learn(token, device, app string) error {
	tx.owners[token] = owner{device, app}
	for id, e := range tx.entries {
		if e.Token == token && e.Device == token {
			e.Device, e.App = device, app
			tx.entries[id] = e
		}
	}
	return nil
}

func (tx *memoryTx) Owner(token string) (device, app string, err error) {
	o := tx.owners[token]
	return o.device, o.app, nil
}
