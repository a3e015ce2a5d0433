// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/pushproof/pushproof/agent/journal"
)

// recentBytes bounds the newest records that are kept in memory, as decoded,
// for readers that keep up.
const recentBytes = 8 << 20

// feed hands journaled records to readers. Each reader has a cursor only: who
// falls behind reads from the journal, and nobody holds up the hub.
type feed struct {
	journal *journal.Journal

	mu      sync.Mutex
	who     map[uint64]*identity
	recent  []*Record // nil where the entry is a hello
	sizes   []int
	first   uint64 // index of recent[0]
	bytes   int
	next    uint64 // index behind the newest entry
	changed chan struct{}
	closed  bool
}

func (f *feed) init(j *journal.Journal) {
	f.journal = j
	f.who = make(map[uint64]*identity)
	f.next = j.Last() + 1
	f.first = f.next
	f.changed = make(chan struct{})
}

func (f *feed) introduce(link uint64, who *identity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.who[link] = who
}

// publish makes a group readable.
func (f *feed) publish(first uint64, records []*Record, entries [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.recent) == 0 {
		f.first = first
	}
	for i, r := range records {
		f.recent = append(f.recent, r)
		f.sizes = append(f.sizes, len(entries[i]))
		f.bytes += len(entries[i])
	}
	drop := 0
	for f.bytes > recentBytes {
		f.bytes -= f.sizes[drop]
		f.recent[drop] = nil
		drop++
	}
	f.recent, f.sizes = f.recent[drop:], f.sizes[drop:]
	f.first += uint64(drop)
	f.next = first + uint64(len(records))
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	close(f.changed)
	f.changed = make(chan struct{})
}

// after returns the entries from index on that are in memory; behind is set if
// older ones must come from the journal.
func (f *feed) after(index uint64) (records []*Record, next uint64, behind bool, changed <-chan struct{}, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if index < f.first && index < f.next {
		return nil, f.first, true, f.changed, f.closed
	}
	if index < f.next {
		records = append(records, f.recent[index-f.first:]...)
	}
	return records, f.next, false, f.changed, f.closed
}

func (f *feed) identity(link uint64) *identity {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.who[link]
}

// read calls fn for the records from..to-1 of the journal.
func (f *feed) read(from, to uint64, fn func(*Record) error) error {
	return f.journal.Read(from, func(index uint64, b []byte) error {
		if index >= to {
			return journal.ErrStop
		}
		e, err := parse(index, b)
		if err != nil || e.who != nil {
			return err
		}
		e.record.fill(f.identity(e.link))
		return fn(e.record)
	})
}

// Records yields every journaled record, those of a former hub on the same
// folder first, and then waits for new ones until ctx ends or the hub closes.
// Each range over it begins anew. A reader may be as slow as it likes: it holds
// up nobody and costs no memory.
//
// An error of the journal is yielded once, with a nil record, and ends it.
func (h *Hub) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return h.RecordsFrom(ctx, 1)
}

// RecordsFrom is Records beginning at a journal index: a Record's Index + 1 goes
// on behind it.
func (h *Hub) RecordsFrom(ctx context.Context, from uint64) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		cursor := max(from, 1)
		for ctx.Err() == nil {
			records, next, behind, changed, closed := h.feed.after(cursor)
			if behind {
				err := h.feed.read(cursor, next, func(r *Record) error {
					if ctx.Err() != nil || !yield(r, nil) {
						return errStop
					}
					return nil
				})
				if errors.Is(err, errStop) {
					return
				}
				if err != nil {
					yield(nil, fmt.Errorf("read the hub's journal: %w", err))
					return
				}
				cursor = next
				continue
			}
			for _, r := range records {
				if r != nil && (ctx.Err() != nil || !yield(r, nil)) {
					return
				}
			}
			cursor = max(cursor, next)
			if len(records) > 0 {
				continue
			}
			if closed {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// errStop ends a reading whose reader has had enough.
var errStop = errors.New("the reader stopped")

// Journaled calls fn for each record that is in the journal now, in order, and
// ends with fn's error.
func (h *Hub) Journaled(fn func(*Record) error) error {
	_, next, _, _, closed := h.feed.after(^uint64(0))
	if closed {
		return ErrClosed
	}
	if err := h.feed.read(1, next, fn); err != nil {
		return fmt.Errorf("read the hub's journal: %w", err)
	}
	return nil
}
