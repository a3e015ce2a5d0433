// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// The disk below the agent's outbox fills up in mid-run: what then does not
// arrive is not the app's failure, and after there is room again the agent says
// what it lost, and goes on.
func TestAFullDiskIsNotTheAppsFailure(t *testing.T) {
	var disk string
	s := newStage(t, world.Options{Dir: t.TempDir(), Device: func(o *device.Options) {
		disk = tinyDisk(t, filepath.Join(o.Dir, "apps", world.Bundle, "files", "pushproof"))
	}}, nil)
	if files := s.world.Device(s.world.Keys()[0]).State().Apps[0].Files; filepath.Join(files, "pushproof") != disk {
		t.Fatalf("the app's files are in %s, the tiny disk is %s", files, disk)
	}
	const cell = "background/phone/foreground/delivered"
	want(t, s.run(cell), verdict.Pass, "")

	filler := fill(t, disk)
	var got report.Cell
	for range 50 {
		// What is left of the last page takes some records.
		if got = s.run(cell); got.Verdict != verdict.Pass {
			break
		}
	}
	want(t, got, verdict.Infra, "the agent cannot keep what it is handed: ")
	want(t, got, verdict.Infra, "no space left on device")
	want(t, got, verdict.Infra, "next: make room on the device (hdc -t SIM-phone-")

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	want(t, s.run(cell), verdict.Pass, "")
	lost, err := s.phone.Settle(t.Context())
	if err != nil || len(lost) == 0 || lost[0].Reason != "disk-full" || lost[0].Count == 0 {
		t.Errorf("the agent reports the losses %+v, %v; want what it could not keep", lost, err)
	}
}

// tinyDisk mounts a file system of 256 KiB.
func tinyDisk(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k,mode=0700"); err != nil {
		t.Skipf("needs the right to mount a tmpfs (root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes until the disk is full.
func fill(t *testing.T, disk string) (file string) {
	t.Helper()
	file = filepath.Join(disk, "filler")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return file
}
