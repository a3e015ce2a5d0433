// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

// fullDisk fails every write to a segment while err is set.
type fullDisk struct{ err atomic.Pointer[error] }

type fullFile struct {
	journal.File
	disk *fullDisk
}

func (f fullFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.disk.err.Load(); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, *err
	}
	return f.File.WriteAt(p, off)
}

func (d *fullDisk) options() outbox.Options {
	o := options()
	o.Journal.OpenFile = func(name string, flag int, perm os.FileMode) (journal.File, error) {
		f, err := os.OpenFile(name, flag, perm)
		return fullFile{f, d}, err
	}
	return o
}

func (d *fullDisk) fail(err error) {
	if err == nil {
		d.err.Store(nil)
		return
	}
	d.err.Store(&err)
}

func mustFail(t *testing.T, o *outbox.Outbox, want error, frames ...wire.Frame) {
	t.Helper()
	origins, err := o.AddBatch(frames...)
	if !errors.Is(err, want) || origins != nil {
		t.Fatalf("origins %v, error %v, want none and %v", origins, err, want)
	}
}

func TestWhatAFullDiskRefusedIsReported(t *testing.T) {
	d := &fullDisk{}
	o := open(t, t.TempDir(), d.options())
	add(t, o, "a")
	d.fail(syscall.ENOSPC)
	mustFail(t, o, journal.ErrDiskFull, arrival("b"), arrival("c"))
	mustFail(t, o, journal.ErrDiskFull, arrival("d"), &wire.Loss{Count: 7, Reason: "queue-full", At: at})
	d.fail(errors.New("broken"))
	mustFail(t, o, *d.err.Load(), arrival("e"))
	wantUnacked(t, o, "1:a")

	d.fail(nil)
	if got := add(t, o, "f")[0]; got.Seq != 5 {
		t.Fatalf("origin %+v, want 5: three losses come first", got)
	}
	wantUnacked(t, o, "1:a", "2:loss disk-full 3 0-0", "3:loss queue-full 7 0-0", "4:loss write-failed 1 0-0", "5:f")
	add(t, o, "g")
	if o.Origin().Seq != 6 {
		t.Fatal("the losses were reported twice")
	}
}

func TestSyncReportsWhenThereIsRoomAgain(t *testing.T) {
	d := &fullDisk{}
	o := open(t, t.TempDir(), d.options())
	d.fail(syscall.ENOSPC)
	mustFail(t, o, journal.ErrDiskFull, arrival("a"))
	if err := o.Sync(t.Context()); !errors.Is(err, journal.ErrDiskFull) {
		t.Fatalf("sync with a loss that has no record: %v, want ErrDiskFull", err)
	}
	d.fail(nil)
	if err := o.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantUnacked(t, o, "1:loss disk-full 1 0-0")
}

// A process that dies while the disk is full does not take its losses along.
func TestLossesSurviveADeathWhileTheDiskIsFull(t *testing.T) {
	d := &fullDisk{}
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, d.options())
	add(t, o, "a")
	d.fail(syscall.ENOSPC)
	mustFail(t, o, journal.ErrDiskFull, arrival("b"), arrival("c"))
	dead := crashed(t, dir)

	again := open(t, dead, d.options()) // still full
	wantUnacked(t, again, "1:a")
	dead = crashed(t, dead)
	d.fail(nil)
	again = open(t, dead, options())
	wantUnacked(t, again, "1:a", "2:loss disk-full 2 0-0")
	dead = crashed(t, dead)
	wantUnacked(t, open(t, dead, options()), "1:a", "2:loss disk-full 2 0-0")
}

// However small the bounds: what is there and what is reported as lost add up,
// also when losses are dropped themselves and must be recorded again.
func TestBoundsAreReported(t *testing.T) {
	for _, tc := range []struct {
		name   string
		bounds journal.Options
	}{
		{"a few records a segment", journal.Options{SegmentBytes: 1200, MaxBytes: 8000}},
		{"a record a segment", journal.Options{SegmentBytes: 1, MaxBytes: 4000}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			opts := options()
			opts.Journal = tc.bounds
			dir := filepath.Join(t.TempDir(), "main")
			o := open(t, dir, opts)
			const n = 100
			for range n {
				add(t, o, strings.Repeat("x", 200))
			}
			// Bounds that are not exceeded any more let the last losses be
			// recorded.
			closeNow(t, o)
			opts.Journal.MaxBytes = 1 << 20
			o = open(t, dir, opts)
			var there, lost uint64
			err := o.Unacked(func(_ wire.Origin, b []byte) error {
				f, err := wire.Decode(b)
				if err != nil {
					return err
				}
				l, ok := f.(*wire.Loss)
				if !ok {
					there++
					return nil
				}
				if l.Reason != "too-many" || l.From == 0 || l.To-l.From+1 < l.Count {
					t.Errorf("loss %+v", l)
				}
				lost += l.Count
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if there+lost != n || there == 0 || lost == 0 {
				t.Fatalf("%d arrivals are there and %d reported as lost, of %d", there, lost, n)
			}
		})
	}
}

func TestTooOldIsReportedUnlessAcknowledged(t *testing.T) {
	now := at
	opts := options()
	opts.Now = func() time.Time { return now }
	opts.Journal.MaxAge = 4 * time.Hour
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, opts)
	add(t, o, "a", "b", "c")
	c := o.Origin()
	c.Seq = 1
	if err := o.Acked(c); err != nil {
		t.Fatal(err)
	}
	closeNow(t, o)
	now = now.Add(5 * time.Hour)
	wantUnacked(t, open(t, dir, opts), "4:loss too-old 2 2-3")
}

func segment(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.pj1"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no segment in %s: %v", dir, err)
	}
	return paths[len(paths)-1]
}

func damage(t *testing.T, dir string, change func([]byte) []byte) {
	t.Helper()
	path := segment(t, dir)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsReportedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	add(t, o, "a", "b", "c")
	closeNow(t, o)
	damage(t, dir, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	o = open(t, dir, options())
	want := []string{"1:a", "3:c", "4:loss torn 1 2-2"}
	wantUnacked(t, o, want...)
	for range 2 {
		dir = crashed(t, dir)
		o = open(t, dir, options())
		wantUnacked(t, o, want...)
	}
	if err := o.Acked(o.Origin()); err != nil {
		t.Fatal(err)
	}
	closeNow(t, o)
	wantUnacked(t, open(t, dir, options()))
}

func TestTornTailIsReported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	add(t, o, "a", "b")
	closeNow(t, o)
	damage(t, dir, func(b []byte) []byte { return b[:len(b)-3] })
	o = open(t, dir, options())
	wantUnacked(t, o, "1:a", "2:loss torn 1 0-0")
	if got := add(t, o, "c")[0]; got.Seq != 3 {
		t.Fatalf("origin %+v, want 3", got)
	}
}
