// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// Whatever bytes a segment holds, it opens, gives increasing indexes, agrees
// with itself after opening again, and takes a new record.
func FuzzSegment(f *testing.F) {
	data, starts := written(f, 40, 0, 1, 70)
	f.Add([]byte{})
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Add(data[starts[1]:])
	f.Add(append(bytes.Clone(data[:starts[1]]), data[starts[2]:]...))
	f.Add(append(bytes.Clone(data), data...))
	f.Add(make([]byte, 100))
	flipped := bytes.Clone(data)
	flipped[starts[1]+4] ^= 0x80
	f.Add(flipped)
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := planted(t, data)
		j := open(t, dir, journal.Options{SyncEvery: -1})
		before := indexes(t, j)
		last := uint64(0)
		for _, i := range before {
			if i <= last {
				t.Fatalf("indexes %v do not increase", before)
			}
			last = i
		}
		if j.Last() != last || j.Count(0) != uint64(len(before)) {
			t.Fatalf("last %d and count %d, but read %v", j.Last(), j.Count(0), before)
		}
		accounted := uint64(len(before))
		for _, d := range j.Dropped() {
			if d.From > 0 {
				accounted += d.Count
			}
		}
		if accounted != last {
			t.Fatalf("%d records up to %d are accounted for", accounted, last)
		}
		if first := appendAll(t, j, "new"); first != last+1 {
			t.Fatalf("index %d after %d", first, last)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		j = open(t, dir, journal.Options{SyncEvery: -1})
		if after := indexes(t, j); len(after) != len(before)+1 || after[len(before)] != last+1 {
			t.Fatalf("read %v, then %v after opening again", before, after)
		}
	})
}
