// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/journal"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, dir string, o journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func appendAll(t testing.TB, j *journal.Journal, recs ...string) uint64 {
	t.Helper()
	raw := make([][]byte, len(recs))
	for i, r := range recs {
		raw[i] = []byte(r)
	}
	first, err := j.Append(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// read returns what Read gives, as "index:record".
func read(t testing.TB, j *journal.Journal, from uint64) []string {
	t.Helper()
	var got []string
	err := j.Read(from, func(index uint64, rec []byte) error {
		got = append(got, fmt.Sprintf("%d:%s", index, rec))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func equal(t testing.TB, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("read %q, want %q", got, want)
	}
}

// segments returns the paths of dir's segments in order.
func segments(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.pj1"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestRecordsComeBackInOrder(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	if first, last := j.First(), j.Last(); first != 1 || last != 0 {
		t.Fatalf("an empty journal has first %d, last %d, want 1 and 0", first, last)
	}
	if first := appendAll(t, j, "a"); first != 1 {
		t.Fatalf("first index %d, want 1", first)
	}
	if first := appendAll(t, j, "b", "", "d"); first != 2 {
		t.Fatalf("index of the batch %d, want 2", first)
	}
	want := []string{"1:a", "2:b", "3:", "4:d"}
	equal(t, read(t, j, 0), want)
	equal(t, read(t, j, 3), want[2:])
	equal(t, read(t, j, 5), nil)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = open(t, dir, journal.Options{})
	equal(t, read(t, j, 0), want)
	if first := appendAll(t, j, "e"); first != 5 {
		t.Fatalf("index after opening again %d, want 5", first)
	}
	if d := j.Dropped(); d != nil {
		t.Fatalf("dropped %+v, want nothing", d)
	}
}

func TestReadStops(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{SegmentBytes: 1})
	appendAll(t, j, "a")
	appendAll(t, j, "b")
	mine := errors.New("mine")
	for _, tc := range []struct {
		name string
		give error
		want error
	}{
		{"at ErrStop without an error", journal.ErrStop, nil},
		{"at any other error with it", mine, mine},
	} {
		t.Run(tc.name, func(t *testing.T) {
			calls := 0
			err := j.Read(0, func(uint64, []byte) error { calls++; return tc.give })
			if err != tc.want || calls != 1 {
				t.Fatalf("%d calls, error %v, want 1 and %v", calls, err, tc.want)
			}
		})
	}
}

func TestSegmentsAreDroppedInFront(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{SegmentBytes: 60})
	for i := 1; i <= 9; i++ {
		appendAll(t, j, fmt.Sprint(i)) // 25 bytes each: two a segment
	}
	if n := len(segments(t, dir)); n != 5 {
		t.Fatalf("%d segments, want 5", n)
	}
	if err := j.TruncateFront(4); err != nil {
		t.Fatal(err)
	}
	// 3 shares its segment with 4 and stays.
	if first := j.First(); first != 3 {
		t.Fatalf("first %d, want 3", first)
	}
	if err := j.TruncateFront(100); err != nil {
		t.Fatal(err)
	}
	equal(t, read(t, j, 0), []string{"9:9"})
	if d := j.Dropped(); d != nil {
		t.Fatalf("what the caller gave up was reported: %+v", d)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, journal.Options{})
	if j.First() != 9 || j.Last() != 9 {
		t.Fatalf("first %d, last %d, want 9 and 9", j.First(), j.Last())
	}
}

func TestBoundBySize(t *testing.T) {
	const record = 100 + 24
	j := open(t, t.TempDir(), journal.Options{SegmentBytes: 2 * record, MaxBytes: 8 * record})
	var dropped []journal.Drop
	for range 21 {
		appendAll(t, j, strings.Repeat("x", 100))
		dropped = append(dropped, j.Dropped()...)
		if j.Bytes() > 8*record {
			t.Fatalf("the journal has %d bytes, more than its bound of %d", j.Bytes(), 8*record)
		}
	}
	next := uint64(1)
	for _, d := range dropped {
		if d.Reason != journal.TooMany || d.From != next || d.To != next+1 || d.Count != 2 {
			t.Fatalf("drop %+v, want two records from %d", d, next)
		}
		next = d.To + 1
	}
	if j.First() != next || next == 1 {
		t.Fatalf("the journal begins at %d, the drops end before %d", j.First(), next)
	}
}

func TestBoundByAge(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	o := journal.Options{MaxAge: 4 * time.Hour, Now: func() time.Time { return now }}
	j := open(t, dir, o)
	appendAll(t, j, "0h")
	now = now.Add(2 * time.Hour)
	appendAll(t, j, "2h") // its own segment: the former one is older than a quarter
	now = now.Add(3 * time.Hour)
	appendAll(t, j, "5h")
	equal(t, read(t, j, 0), []string{"2:2h", "3:5h"})
	d := j.Dropped()
	if len(d) != 1 || d[0].Reason != journal.TooOld || d[0].From != 1 || d[0].To != 1 || !d[0].At.Equal(now) {
		t.Fatalf("dropped %+v, want record 1, too old", d)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	now = now.Add(24 * time.Hour)
	j = open(t, dir, o)
	equal(t, read(t, j, 0), nil)
	if d := j.Dropped(); len(d) != 2 || d[0].From != 2 || d[1].From != 3 {
		t.Fatalf("dropped %+v when opened a day later, want records 2 and 3", d)
	}
	if first := appendAll(t, j, "29h"); first != 4 {
		t.Fatalf("index %d, want 4: indexes are not used again", first)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	if _, err := j.Append(make([]byte, journal.MaxRecord+1)); !errors.Is(err, journal.ErrTooLarge) {
		t.Errorf("a record above the limit: %v, want ErrTooLarge", err)
	}
	if _, err := j.Append(make([]byte, journal.MaxRecord)); err != nil {
		t.Errorf("a record at the limit: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := j.Append([]byte("x"))
	for what, err := range map[string]error{
		"append": err, "read": j.Read(0, nil), "sync": j.Sync(t.Context()), "truncate": j.TruncateFront(1),
	} {
		if !errors.Is(err, journal.ErrClosed) {
			t.Errorf("%s after close: %v, want ErrClosed", what, err)
		}
	}
	if err := j.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "00000000000000000009.pj2"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var format *journal.FormatError
	if _, err := journal.Open(dir, journal.Options{}); !errors.As(err, &format) {
		t.Errorf("a segment of a newer version: %v, want a *FormatError", err)
	}
}

// Readers see whole records while they are being appended and dropped.
func TestConcurrentUse(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{SegmentBytes: 4 << 10, SyncEvery: time.Millisecond})
	const writers, each = 4, 200
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if _, err := j.Append(bytes.Repeat([]byte("r"), 50), bytes.Repeat([]byte("s"), 60)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for seen := uint64(0); seen < 2*writers*each; {
			err := j.Read(seen+1, func(index uint64, rec []byte) error {
				if index != seen+1 || len(rec) != 60-10*int(index%2) {
					return fmt.Errorf("index %d with %d bytes after %d", index, len(rec), seen)
				}
				seen = index
				return nil
			})
			if err == nil {
				err = j.TruncateFront(seen + 1)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Wait()
	if err := j.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if d := j.Dropped(); d != nil {
		t.Errorf("dropped %+v", d)
	}
}
