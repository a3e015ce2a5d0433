// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Read calls fn for each record from index from on, in order, up to the newest
// one at the time of the call. It does not hold up Append, and fn may append.
// rec is valid until fn returns. An error of fn ends the reading and is
// returned as it is; ErrStop ends it without an error.
//
// Records that were dropped are not there; records that have become unreadable
// are passed over and named by Dropped.
func (j *Journal) Read(from uint64, fn func(index uint64, rec []byte) error) error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return fmt.Errorf("read the journal in %s: %w", j.dir, ErrClosed)
	}
	var segs []segment
	for _, s := range j.segs {
		if s.next > from && s.size > 0 {
			segs = append(segs, *s)
		}
	}
	j.mu.Unlock()

	for i := range segs {
		err := j.readSegment(&segs[i], from, fn)
		if errors.Is(err, ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *Journal) readSegment(s *segment, from uint64, fn func(uint64, []byte) error) (err error) {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) && j.First() >= s.next {
		return nil // dropped in the meantime, and reported by whoever did it
	}
	if err != nil {
		return fmt.Errorf("read the journal in %s: %w", j.dir, err)
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()

	start := s.seek(from)
	sc := &scanner{r: f, off: start.off, end: s.size, want: start.index, limit: s.next}
	for {
		want := sc.want
		r, skipped, err := sc.next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			j.note(want, s.next)
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", s.path, err)
		}
		if skipped > 0 {
			j.note(want, r.index)
		}
		if r.index < from {
			continue
		}
		if err := fn(r.index, r.payload); err != nil {
			return err
		}
	}
}

func (j *Journal) note(from, next uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if from = max(from, j.segs[0].first); from < next {
		j.damaged(from, next, 0)
	}
}

// Count returns how many records Read would find from index from on, as far as
// damage is known.
func (j *Journal) Count(from uint64) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	from = max(from, j.segs[0].first)
	if from >= j.next {
		return 0
	}
	return j.next - from - j.missing(from, j.next-1)
}

// Bytes returns the size of all segments.
func (j *Journal) Bytes() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.bytes
}

// TruncateFront gives up the records before index, as far as they fill whole
// segments; the segment that is being written stays. That is no Drop: the
// caller does not need them any more.
func (j *Journal) TruncateFront(index uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return fmt.Errorf("truncate the journal in %s: %w", j.dir, ErrClosed)
	}
	for len(j.segs) > 1 && j.segs[0].next <= index {
		j.forget()
		j.prune()
	}
	return nil
}
