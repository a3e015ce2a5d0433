// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import "slices"

// span is a run of sequence numbers, both ends included.
type span struct{ from, to uint64 }

// maxSpans bounds what is remembered of one origin's gaps. Beyond it the two
// oldest spans are joined: what was missing between them is then given up.
const maxSpans = 4096

// seen is the set of one origin's sequence numbers that are in the journal,
// sorted, disjoint and not touching. It is nearly always one span.
type seen []span

// last returns the highest number, 0 if there is none.
func (s seen) last() uint64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].to
}

// find returns the first span that does not end before seq.
func (s seen) find(seq uint64) (int, bool) {
	i, _ := slices.BinarySearchFunc(s, seq, func(sp span, seq uint64) int {
		if sp.to < seq {
			return -1
		}
		return 1
	})
	return i, i < len(s) && s[i].from <= seq
}

// has reports whether seq is in the set.
func (s seen) has(seq uint64) bool {
	if seq > s.last() {
		return false
	}
	_, ok := s.find(seq)
	return ok
}

// add returns the set with seq in it.
func (s seen) add(seq uint64) seen {
	// The common case: the next one.
	if n := len(s); n > 0 && s[n-1].to+1 == seq {
		s[n-1].to = seq
		return s
	}
	i, ok := s.find(seq)
	if ok {
		return s
	}
	before := i > 0 && s[i-1].to+1 == seq
	after := i < len(s) && seq+1 == s[i].from
	switch {
	case before && after:
		s[i-1].to = s[i].to
		return slices.Delete(s, i, i+1)
	case before:
		s[i-1].to = seq
		return s
	case after:
		s[i].from = seq
		return s
	}
	s = slices.Insert(s, i, span{seq, seq})
	if len(s) > maxSpans {
		s[1].from = s[0].from
		s = slices.Delete(s, 0, 1)
	}
	return s
}
