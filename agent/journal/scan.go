// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"hash/crc32"
	"io"
)

// window is how much of a segment is read at a time.
const window = 64 << 10

// maxSkip bounds how far the index may jump over damage. A lower index is an
// old one, a much higher one is no index.
const maxSkip = 1 << 32

// scanner reads the records of one segment and passes over what is none.
type scanner struct {
	r     io.ReaderAt
	off   int64  // next byte to look at
	end   int64  // where the part of the file that is known ends
	want  uint64 // lowest index that may come next
	limit uint64 // first index that belongs to the next segment

	win  []byte
	base int64 // offset of win in the file
}

// next returns the next record and how many bytes that are no record lay in
// front of it. At the end the error is io.EOF. The payload is valid until the
// next call.
func (s *scanner) next() (r record, skipped int64, err error) {
	start := s.off
	for ; s.off < s.end; s.off++ {
		r, ok, err := s.try()
		if err != nil {
			return record{}, s.off - start, err
		}
		if ok {
			skipped = s.off - start
			s.off += headerSize + int64(len(r.payload))
			s.want = r.index + 1
			return r, skipped, nil
		}
	}
	return record{}, s.off - start, io.EOF
}

// try looks for a record at off.
func (s *scanner) try() (record, bool, error) {
	if s.end-s.off < headerSize {
		return record{}, false, nil
	}
	b, err := s.view(headerSize)
	if err != nil {
		return record{}, false, err
	}
	h := parseHeader(b)
	if h.length > MaxRecord || int64(h.length) > s.end-s.off-headerSize ||
		h.index < s.want || h.index >= s.limit || h.index-s.want >= maxSkip {
		return record{}, false, nil
	}
	if b, err = s.view(headerSize + int(h.length)); err != nil {
		return record{}, false, err
	}
	if crc32.Checksum(b[4:], castagnoli) != h.crc {
		return record{}, false, nil
	}
	return record{index: h.index, at: h.at, payload: b[headerSize:]}, true, nil
}

// view returns the n bytes at off, which must lie before end.
func (s *scanner) view(n int) ([]byte, error) {
	from := s.off - s.base
	if from < 0 || from+int64(n) > int64(len(s.win)) {
		size := int(min(int64(max(n, window)), s.end-s.off))
		if cap(s.win) < size {
			s.win = make([]byte, size)
		}
		s.win = s.win[:size]
		s.base, from = s.off, 0
		if got, err := s.r.ReadAt(s.win, s.off); got < size {
			s.win = s.win[:0]
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return s.win[from : from+int64(n)], nil
}
