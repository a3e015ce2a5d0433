// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io"
)

// maxKeptBuffer bounds the batch buffer that is kept for the next Append.
const maxKeptBuffer = 1 << 20

// Append writes the records with one write and returns the index of the first;
// the others follow it without gaps. When it returns, the kernel has the bytes
// and Read finds them.
//
// All records are appended, or none: after an error (errors.Is ErrDiskFull,
// ErrTooLarge, ErrClosed, or the system's) what was written in part is cut off
// again and the journal stays usable. The records may be reused by the caller.
func (j *Journal) Append(recs ...[]byte) (first uint64, err error) {
	for _, rec := range recs {
		if len(rec) > MaxRecord {
			return 0, fmt.Errorf("append a record of %d bytes: %w of %d", len(rec), ErrTooLarge, MaxRecord)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return 0, fmt.Errorf("append to the journal in %s: %w", j.dir, ErrClosed)
	}
	if len(recs) == 0 {
		return j.next, nil
	}
	now := j.opts.Now().UnixNano()
	if err := j.append(recs, now); err != nil {
		return 0, fmt.Errorf("append to the journal in %s: %w", j.dir, classify(err))
	}
	first = j.next
	j.next += uint64(len(recs))
	j.arm()
	j.enforce(now)
	return first, nil
}

func (j *Journal) append(recs [][]byte, now int64) error {
	j.buf = j.buf[:0]
	for i, rec := range recs {
		j.buf = appendRecord(j.buf, record{index: j.next + uint64(i), at: now, payload: rec})
	}
	defer func() {
		if cap(j.buf) > maxKeptBuffer {
			j.buf = nil
		}
	}()
	if err := j.turn(int64(len(j.buf)), now); err != nil {
		return err
	}
	s := j.segs[len(j.segs)-1]
	if j.ragged {
		if err := j.tail.Truncate(s.size); err != nil {
			return fmt.Errorf("cut off an earlier write that failed: %w", err)
		}
		j.ragged = false
	}
	n, err := j.tail.WriteAt(j.buf, s.size)
	if err == nil && n < len(j.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		j.ragged = true
		if cut := j.tail.Truncate(s.size); cut != nil {
			return errors.Join(err, fmt.Errorf("cut off the failed write: %w", cut))
		}
		j.ragged = false
		return err
	}
	off := s.size
	for i, rec := range recs {
		s.add(j.next+uint64(i), now, off)
		off += headerSize + int64(len(rec))
	}
	j.bytes += off - s.size
	s.size = off
	return nil
}

// turn begins a new segment if the tail would grow too large or is so old that
// its records could not be dropped in time.
func (j *Journal) turn(n, now int64) error {
	s := j.segs[len(j.segs)-1]
	if s.size == 0 {
		return nil
	}
	old := j.opts.MaxAge > 0 && now-s.oldest > int64(j.opts.MaxAge/4)
	if s.size+n <= j.opts.SegmentBytes && !old {
		return nil
	}
	return j.begin(j.next)
}
