// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

func extension(t *testing.T, root string) *outbox.Outbox {
	t.Helper()
	opts := options()
	opts.Role = wire.RoleExtension
	o, err := outbox.OpenExtension(root, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, o)
	return o
}

func openMain(t *testing.T, root string) *outbox.Outbox {
	t.Helper()
	o, err := outbox.OpenMain(root, options())
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, o)
	return o
}

func drainable(t *testing.T, root string) []string {
	t.Helper()
	dirs, err := outbox.Drainable(root)
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

func TestAnExtensionsOutboxIsDrained(t *testing.T) {
	root := t.TempDir()
	main, ext := openMain(t, root), extension(t, root)
	add(t, ext, "a", "b", "c")
	origin := ext.Origin()
	if dirs := drainable(t, root); dirs != nil {
		t.Fatalf("drainable %v while the extension lives", dirs)
	}
	first := origin
	first.Seq = 1
	if err := ext.Acked(first); err != nil {
		t.Fatal(err)
	}
	closeNow(t, ext)

	dirs := drainable(t, root)
	if len(dirs) != 1 {
		t.Fatalf("drainable %v, want one folder", dirs)
	}
	d := drain(t, dirs[0], main)
	if _, err := outbox.Drain(dirs[0], main); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("drained twice at once: %v, want ErrLocked", err)
	}
	if d.Origin() != origin {
		t.Fatalf("drained as %+v, want %+v", d.Origin(), origin)
	}
	wantUnacked(t, d, "2:b", "3:c")

	second := origin
	second.Seq = 2
	if err := d.Acked(second); err != nil {
		t.Fatal(err)
	}
	closeNow(t, d)
	d = drain(t, dirs[0], main)
	wantUnacked(t, d, "3:c")
	beyond := origin
	beyond.Seq = 7 // the hub has what a power failure took
	if err := d.Acked(beyond); err != nil {
		t.Fatal(err)
	}
	wantUnacked(t, d)
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Fatalf("left below the root: %v (%v), want main only", entries, err)
	}
	if err := d.Acked(origin); err != nil {
		t.Errorf("ack after the end: %v", err)
	}
	wantUnacked(t, main)
}

func TestAnEmptyFolderIsRemovedAtOnce(t *testing.T) {
	root := t.TempDir()
	main, ext := openMain(t, root), extension(t, root)
	closeNow(t, ext)
	dir := drainable(t, root)[0]
	if d := drain(t, dir, main); d.Pending() != 0 {
		t.Fatalf("pending %d", d.Pending())
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the folder is still there: %v", err)
	}
}

func TestADamagedExtensionsOutboxIsReportedOnceByMain(t *testing.T) {
	root := t.TempDir()
	main, ext := openMain(t, root), extension(t, root)
	add(t, ext, "a", "b", "c")
	closeNow(t, ext)
	dir := drainable(t, root)[0]
	damage(t, dir, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	for range 2 {
		d := drain(t, dir, main)
		wantUnacked(t, d, "1:a", "3:c")
		closeNow(t, d)
	}
	wantUnacked(t, main, "1:loss torn 1 0-0")
}

func TestFoldersThatNobodyDrainsAreBounded(t *testing.T) {
	root := t.TempDir()
	const folders, bound = 70, 64
	for range folders {
		ext := extension(t, root)
		add(t, ext, "a", "b")
		closeNow(t, ext)
	}
	main := openMain(t, root)
	if n := len(drainable(t, root)); n != bound {
		t.Fatalf("%d folders are left, want %d", n, bound)
	}
	lost := 0
	for _, l := range unacked(t, main) {
		if l[len(l)-len("loss too-many 2 0-0"):] != "loss too-many 2 0-0" {
			t.Fatalf("record %q", l)
		}
		lost++
	}
	if lost != folders-bound {
		t.Fatalf("%d folders are reported as lost, want %d", lost, folders-bound)
	}
}

func TestARemovalThatWasInterruptedIsFinished(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "gone-1", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if dirs := drainable(t, root); dirs != nil {
		t.Fatalf("drainable %v", dirs)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 0 {
		t.Fatalf("left: %v (%v)", entries, err)
	}
}

// An extension may start at the very moment at which the main process looks
// for folders: nobody loses a record by it.
func TestDrainingWhileExtensionsStart(t *testing.T) {
	root := t.TempDir()
	main := openMain(t, root)
	const extensions = 60
	done := make(chan error, 1)
	go func() {
		for range extensions {
			opts := options()
			opts.Role = wire.RoleExtension
			ext, err := outbox.OpenExtension(root, opts)
			if err == nil {
				_, err = ext.Add(arrival("x"))
			}
			if err == nil {
				err = ext.Close()
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	seen := map[wire.Origin]int{}
	sweep := func() {
		for _, dir := range drainable(t, root) {
			d, err := outbox.Drain(dir, main)
			if errors.Is(err, journal.ErrLocked) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			err = d.Unacked(func(o wire.Origin, _ []byte) error { seen[o]++; return nil })
			if err = errors.Join(err, d.Acked(d.Origin()), d.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for running := true; running; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
			sweep()
		}
	}
	sweep()
	if len(seen) != extensions {
		t.Fatalf("%d records were drained, want %d", len(seen), extensions)
	}
	for o, n := range seen {
		if n != 1 {
			t.Errorf("%+v was drained %d times", o, n)
		}
	}
}
