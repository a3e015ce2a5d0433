// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"os"
	"slices"
	"time"
)

// Reason says why records are gone.
type Reason string

// The reasons.
const (
	TooMany Reason = "too-many" // MaxBytes was exceeded
	TooOld  Reason = "too-old"  // older than MaxAge
	Torn    Reason = "torn"     // the bytes are damaged or missing
)

// Drop tells of records that are gone.
type Drop struct {
	Reason Reason
	// From and To bound the indexes that are gone. Both are 0 for a torn tail:
	// its index is given to the next record.
	From, To uint64
	// Count is how many records are gone: To-From+1; for a torn tail 1, which
	// is the least; 0 for bytes that are no record although none is missing.
	Count uint64
	// Bytes is how many bytes were no record, where that was seen.
	Bytes int64
	// At is when it was dropped or found.
	At time.Time
}

// span is a range of indexes, both ends included.
type span struct{ from, to uint64 }

// Dropped returns what was dropped or found damaged since it was last called,
// in the order in which it was seen. Open finds damage; so does Read, if a
// record was damaged while the journal was open.
func (j *Journal) Dropped() []Drop {
	if !j.dropped.Load() {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	drops := j.drops
	j.drops = nil
	j.dropped.Store(false)
	return drops
}

func (j *Journal) drop(d Drop) {
	d.At = j.opts.Now()
	j.drops = append(j.drops, d)
	j.dropped.Store(true)
}

// damaged notes once that the indexes from..next-1 cannot be read.
func (j *Journal) damaged(from, next uint64, bytes int64) {
	if from >= next {
		if bytes > 0 {
			j.drop(Drop{Reason: Torn, Bytes: bytes})
		}
		return
	}
	to := next - 1
	for _, g := range j.gaps {
		if g.from <= from && to <= g.to {
			return
		}
	}
	j.gaps = append(j.gaps, span{from, to})
	j.drop(Drop{Reason: Torn, From: from, To: to, Count: to - from + 1, Bytes: bytes})
}

// missing returns how many of the indexes from..to are known to be unreadable.
func (j *Journal) missing(from, to uint64) (n uint64) {
	for _, g := range j.gaps {
		if lo, hi := max(from, g.from), min(to, g.to); lo <= hi {
			n += hi - lo + 1
		}
	}
	return n
}

// expire applies the bounds when the journal is opened: here even the last
// segment can be too old.
func (j *Journal) expire() error {
	now := j.opts.Now().UnixNano()
	s := j.segs[len(j.segs)-1]
	if s.size > 0 && j.tooOld(s, now) {
		if err := j.begin(j.next); err != nil {
			return err
		}
	}
	j.enforce(now)
	return nil
}

func (j *Journal) tooOld(s *segment, now int64) bool {
	return j.opts.MaxAge > 0 && now-s.newest > int64(j.opts.MaxAge)
}

// enforce drops the oldest segments until the bounds hold.
func (j *Journal) enforce(now int64) {
	for len(j.segs) > 1 {
		var reason Reason
		switch s := j.segs[0]; {
		case j.opts.MaxBytes > 0 && j.bytes > j.opts.MaxBytes:
			reason = TooMany
		case j.tooOld(s, now):
			reason = TooOld
		default:
			return
		}
		s := j.forget()
		lost := s.next - s.first
		if lost -= j.missing(s.first, s.next-1); lost > 0 {
			j.drop(Drop{Reason: reason, From: s.first, To: s.next - 1, Count: lost, Bytes: s.size})
		}
		j.prune()
	}
}

// forget takes the oldest segment out and removes its file. It is closed first
// if it waits for its sync: an open file would keep its room on the disk.
// Windows does not remove a file that a Read has open: it is tried again later.
func (j *Journal) forget() *segment {
	s := j.segs[0]
	j.segs = j.segs[1:]
	j.bytes -= s.size
	i := slices.IndexFunc(j.full, func(f finished) bool { return f.path == s.path && f.file != j.syncing })
	if i >= 0 {
		_ = j.full[i].file.Close() // nothing in it is needed any more
		j.full = slices.Delete(j.full, i, i+1)
	}
	j.doomed = append(j.doomed, s.path)
	kept := j.doomed[:0]
	for _, path := range j.doomed {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			kept = append(kept, path)
		}
	}
	j.doomed = kept
	return s
}

// prune forgets gaps that lie before the first record.
func (j *Journal) prune() {
	kept := j.gaps[:0]
	for _, g := range j.gaps {
		if g.to >= j.segs[0].first {
			kept = append(kept, g)
		}
	}
	j.gaps = kept
}
