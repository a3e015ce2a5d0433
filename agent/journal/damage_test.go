// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// headerSize is how many bytes a record has before its payload.
const headerSize = 24

// written makes a journal of three records with payloads of those sizes and
// returns its bytes and where each record begins.
func written(t testing.TB, sizes ...int) (data []byte, starts []int) {
	t.Helper()
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	pos := 0
	for i, size := range sizes {
		rec := make([]byte, size)
		for k := range rec {
			rec[k] = byte('a' + i)
		}
		if _, err := j.Append(rec); err != nil {
			t.Fatal(err)
		}
		starts = append(starts, pos)
		pos += headerSize + size
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(segments(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(data) != pos {
		t.Fatalf("the segment has %d bytes, want %d", len(data), pos)
	}
	return data, starts
}

// planted writes data as the only segment of a new folder.
func planted(t testing.TB, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/00000000000000000001.pj1", data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func indexes(t testing.TB, j *journal.Journal) (got []uint64) {
	t.Helper()
	if err := j.Read(0, func(i uint64, _ []byte) error { got = append(got, i); return nil }); err != nil {
		t.Fatal(err)
	}
	return got
}

// A file that ends anywhere in its last three records gives back every record
// that is whole, tells of the cut, and takes new records in place of the torn.
func TestTornTailAtEveryByte(t *testing.T) {
	data, starts := written(t, 40, 0, 1, 70)
	for end := starts[1]; end < len(data); end++ {
		t.Run(fmt.Sprintf("at %d", end), func(t *testing.T) {
			whole, cut := 0, end
			for i, s := range starts {
				next := len(data)
				if i+1 < len(starts) {
					next = starts[i+1]
				}
				if next <= end {
					whole, cut = i+1, end-next
				}
				_ = s
			}
			dir := planted(t, data[:end])
			j := open(t, dir, journal.Options{})
			if got := indexes(t, j); len(got) != whole {
				t.Fatalf("read %v, want %d records", got, whole)
			}
			d := j.Dropped()
			if cut == 0 && d != nil {
				t.Fatalf("dropped %+v of a file that ends with a record", d)
			}
			if cut > 0 && (len(d) != 1 || d[0].Reason != journal.Torn || d[0].Bytes != int64(cut) || d[0].Count != 1 || d[0].From != 0) {
				t.Fatalf("dropped %+v, want a torn tail of %d bytes", d, cut)
			}
			if info, err := os.Stat(segments(t, dir)[0]); err != nil || info.Size() != int64(end-cut) {
				t.Fatalf("the file has %d bytes (%v), want %d", info.Size(), err, end-cut)
			}
			if first := appendAll(t, j, "new"); first != uint64(whole+1) {
				t.Fatalf("index %d, want %d", first, whole+1)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, dir, journal.Options{})
			if got := indexes(t, again); len(got) != whole+1 {
				t.Fatalf("read %v after opening again, want %d records", got, whole+1)
			}
			if d := again.Dropped(); d != nil {
				t.Fatalf("the cut was reported twice: %+v", d)
			}
		})
	}
}

// A tail of zeros is what some file systems leave after a power failure.
func TestTailOfZeros(t *testing.T) {
	data, _ := written(t, 10, 10)
	j := open(t, planted(t, append(data, make([]byte, 4096)...)), journal.Options{})
	if got := indexes(t, j); len(got) != 2 {
		t.Fatalf("read %v, want two records", got)
	}
	if d := j.Dropped(); len(d) != 1 || d[0].Bytes != 4096 {
		t.Fatalf("dropped %+v, want 4096 bytes", d)
	}
}

// Whatever byte of a record in the middle is damaged, exactly that record is
// missing and named, before and after opening again.
func TestDamageInTheMiddleAtEveryByte(t *testing.T) {
	data, starts := written(t, 30, 30, 30, 30)
	for at := starts[1]; at < starts[2]; at++ {
		t.Run(fmt.Sprintf("at %d", at-starts[1]), func(t *testing.T) {
			bad := append([]byte(nil), data...)
			bad[at] ^= 0x41
			dir := planted(t, bad)
			for range 2 {
				j := open(t, dir, journal.Options{})
				if got := fmt.Sprint(indexes(t, j)); got != "[1 3 4]" {
					t.Fatalf("read %v, want 1, 3 and 4", got)
				}
				d := j.Dropped()
				if len(d) != 1 || d[0].Reason != journal.Torn || d[0].From != 2 || d[0].To != 2 || d[0].Count != 1 || d[0].Bytes != headerSize+30 {
					t.Fatalf("dropped %+v, want record 2", d)
				}
				if n := j.Count(0); n != 3 {
					t.Fatalf("count %d, want 3", n)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestDamageWhileOpen(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	appendAll(t, j, "one", "two", "three", "four")
	f, err := os.OpenFile(segments(t, dir)[0], os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	// "two" and, at the end, "four".
	for _, off := range []int64{headerSize + 3 + headerSize, 4*headerSize + 3 + 3 + 5} {
		if _, err := f.WriteAt([]byte{0}, off); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, read(t, j, 0), []string{"1:one", "3:three"})
	equal(t, read(t, j, 0), []string{"1:one", "3:three"})
	d := j.Dropped()
	if len(d) != 2 || d[0].From != 2 || d[0].To != 2 || d[1].From != 4 || d[1].To != 4 {
		t.Fatalf("dropped %+v, want records 2 and 4, once each", d)
	}
}

func TestDamagedSegments(t *testing.T) {
	for _, tc := range []struct {
		name    string
		damage  func(t *testing.T, paths []string)
		want    []string
		dropped [2]uint64
	}{
		{"one is missing", func(t *testing.T, p []string) {
			if err := os.Remove(p[1]); err != nil {
				t.Fatal(err)
			}
		}, []string{"1:a", "3:c", "4:d"}, [2]uint64{2, 2}},
		{"one ends early", func(t *testing.T, p []string) {
			if err := os.Truncate(p[2], 10); err != nil {
				t.Fatal(err)
			}
		}, []string{"1:a", "2:b", "4:d"}, [2]uint64{3, 3}},
		{"the first is empty", func(t *testing.T, p []string) {
			if err := os.Truncate(p[0], 0); err != nil {
				t.Fatal(err)
			}
		}, []string{"2:b", "3:c", "4:d"}, [2]uint64{1, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			j := open(t, dir, journal.Options{SegmentBytes: 1})
			for _, r := range []string{"a", "b", "c", "d"} {
				appendAll(t, j, r)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			tc.damage(t, segments(t, dir))
			j = open(t, dir, journal.Options{})
			equal(t, read(t, j, 0), tc.want)
			if d := j.Dropped(); len(d) != 1 || d[0].From != tc.dropped[0] || d[0].To != tc.dropped[1] {
				t.Fatalf("dropped %+v, want %v", d, tc.dropped)
			}
			if n := j.Count(0); n != 3 {
				t.Fatalf("count %d, want 3", n)
			}
		})
	}
}
