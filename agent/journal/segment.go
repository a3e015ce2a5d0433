// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// extension is a segment's, with the version of the format: an empty file is a
// whole segment, and there is no header that could be torn.
const (
	extensionStem = ".pj"
	extension     = extensionStem + "1"
)

// segment is one file. Its name is the index of its first record.
type segment struct {
	path   string
	first  uint64
	next   uint64 // index behind its last record
	size   int64
	oldest int64 // time of its first record, 0 without one
	newest int64
	marks  []mark
}

// mark is where a record begins: one in markEvery is remembered, so that
// reading need not begin at the segment's start.
type mark struct {
	index uint64
	off   int64
}

const markEvery = 64

func (s *segment) add(index uint64, at, off int64) {
	if s.oldest == 0 {
		s.oldest = at
	}
	s.newest = max(s.newest, at)
	if index%markEvery == 0 {
		s.marks = append(s.marks, mark{index, off})
	}
	s.next = index + 1
}

// seek returns the last remembered place at or before index.
func (s *segment) seek(index uint64) mark {
	i, found := slices.BinarySearchFunc(s.marks, index, func(m mark, x uint64) int {
		switch {
		case m.index < x:
			return -1
		case m.index > x:
			return 1
		}
		return 0
	})
	if found {
		return s.marks[i]
	}
	if i == 0 {
		return mark{index: s.first}
	}
	return s.marks[i-1]
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", first, extension))
}

// IsFile reports whether a file of that name belongs to a journal, of this
// version or another. It is for whoever removes a folder.
func IsFile(name string) bool {
	number, version, ok := strings.Cut(name, extensionStem)
	digits := func(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
	return name == lockName || ok && len(number) == 20 && digits(number) && digits(version)
}

// listSegments returns dir's segments by index, without looking into them.
func listSegments(dir string) ([]*segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var segs []*segment
	for _, e := range entries {
		name, version, ok := strings.Cut(e.Name(), extensionStem)
		first, err := strconv.ParseUint(name, 10, 64)
		if !ok || err != nil || len(name) != 20 || first == 0 {
			continue
		}
		if extensionStem+version != extension {
			return nil, &FormatError{Path: filepath.Join(dir, e.Name())}
		}
		segs = append(segs, &segment{path: filepath.Join(dir, e.Name()), first: first, next: first})
	}
	slices.SortFunc(segs, func(a, b *segment) int { return strings.Compare(a.path, b.path) })
	return segs, nil
}

// load reads all segments, cuts the torn tail and opens the last segment.
func (j *Journal) load() error {
	segs, err := listSegments(j.dir)
	if err != nil {
		return err
	}
	if len(segs) == 0 {
		return j.begin(1)
	}
	j.next = segs[0].first
	for i, s := range segs {
		limit := uint64(math.MaxUint64)
		if i+1 < len(segs) {
			limit = segs[i+1].first
		}
		j.damaged(j.next, s.first, 0)
		j.next = max(j.next, s.first)
		torn, err := j.scan(s, limit)
		if err != nil {
			return err
		}
		j.next = max(j.next, s.next)
		j.segs = append(j.segs, s)
		if i+1 < len(segs) {
			j.bytes += s.size
			j.damaged(s.next, limit, torn)
			j.next, s.next = max(j.next, limit), max(s.next, limit)
			continue
		}
		if j.tail, err = j.opts.OpenFile(s.path, os.O_RDWR, 0o600); err != nil {
			return err
		}
		if torn > 0 {
			s.size -= torn
			if err := j.tail.Truncate(s.size); err != nil {
				return fmt.Errorf("cut the torn tail of %s: %w", s.path, err)
			}
			j.dirty = true
			j.drop(Drop{Reason: Torn, Count: 1, Bytes: torn})
		}
		j.bytes += s.size
	}
	return j.expire()
}

// scan reads a segment and returns how many bytes at its end are no record.
func (j *Journal) scan(s *segment, limit uint64) (torn int64, err error) {
	f, err := os.Open(s.path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	s.size = info.Size()
	sc := &scanner{r: f, end: s.size, want: max(s.first, j.next), limit: limit}
	for {
		want := sc.want
		r, skipped, err := sc.next()
		if errors.Is(err, io.EOF) {
			return skipped, nil
		}
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", s.path, err)
		}
		if skipped > 0 || r.index > want {
			j.damaged(want, r.index, skipped)
		}
		s.add(r.index, r.at, sc.off-headerSize-int64(len(r.payload)))
	}
}

// begin makes the segment whose first record will have that index the tail.
func (j *Journal) begin(first uint64) error {
	path := segmentPath(j.dir, first)
	f, err := j.opts.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("begin the segment %s: %w", path, err)
	}
	if j.tail != nil {
		j.full = append(j.full, finished{j.segs[len(j.segs)-1].path, j.tail})
	}
	j.tail, j.ragged, j.newFile = f, false, true
	j.segs = append(j.segs, &segment{path: path, first: first, next: first})
	return nil
}
