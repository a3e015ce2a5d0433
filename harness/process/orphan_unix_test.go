// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package process_test

import (
	"bufio"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/process"
)

// stopAndDie is what hastyParent ends with.
func stopAndDie(child int) {
	_ = syscall.Kill(-child, syscall.SIGSTOP)
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}

// A suspended child cannot see its input end: the system has to do it.
func TestSuspendedChildDoesNotOutliveItsParent(t *testing.T) {
	p, out := start(t, "parent", nil)
	hear(t, out, "suspended")
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	orphanEnds(t, p, out)
}

// The stop may still be on its way when the parent dies.
func TestChildOrderedToStopDoesNotOutliveItsParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux signals the death of a parent")
	}
	for range 20 {
		p, out := start(t, "hasty parent", nil)
		ended(t, p)
		orphanEnds(t, p, out)
	}
}

// orphanEnds reads what a dead parent's child says, which ends with it.
func orphanEnds(t *testing.T, p *process.Process, out *bufio.Reader) {
	t.Helper()
	stop := time.AfterFunc(limit, func() { _ = p.Stdout().Close() })
	defer stop.Stop()
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatalf("the orphan lives on: %v", err)
	}
	if len(rest) != 0 {
		t.Errorf("the orphan said %q", rest)
	}
}
