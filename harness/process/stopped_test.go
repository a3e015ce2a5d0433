// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// requireStopped looks once: each thread of the process is stopped. Only Linux
// shows it in a file.
func requireStopped(t *testing.T, pid int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		t.Fatalf("the process has no threads: %v", err)
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err != nil {
			t.Fatal(err)
		}
		if state := stat[bytes.LastIndexByte(stat, ')')+2]; state != 'T' {
			t.Errorf("%s is in state %c, not stopped", thread, state)
		}
	}
}

// When Suspend returns the child has stopped, not only been told to.
func TestSuspendReturnsWhenTheChildHasStopped(t *testing.T) {
	p, out := start(t, "echo", nil)
	for range 100 {
		say(t, p, "on")
		hear(t, out, "echo on")
		say(t, p, "busy")
		if err := p.Suspend(); err != nil {
			t.Fatal(err)
		}
		requireStopped(t, p.PID())
		if err := p.Resume(); err != nil {
			t.Fatal(err)
		}
		hear(t, out, "echo busy")
	}
}
