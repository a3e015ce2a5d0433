// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/process"
)

// limit bounds what a test waits for; it is never waited out.
const limit = 30 * time.Second

func TestMain(m *testing.M) {
	switch os.Getenv(process.EnvRole) {
	case "":
		goleak.VerifyTestMain(m)
	case "echo":
		echo()
	case "interruptible":
		interruptible()
	case "stubborn":
		fmt.Println("ready")
		select {}
	case "parent":
		parent()
	case "hasty parent":
		hastyParent()
	case "leaver":
		leaver()
	case "caller":
		caller()
	}
}

// echo answers each line and ends with its input, by ExitWithStdin alone.
func echo() {
	in := bufio.NewScanner(process.ExitWithStdin(func() { os.Exit(0) }))
	for in.Scan() {
		fmt.Println("echo " + in.Text())
	}
	select {}
}

func interruptible() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	fmt.Println("ready")
	<-c
	fmt.Fprint(os.Stderr, "interrupted")
	os.Exit(7)
}

// parent starts an echo of its own, suspends it, says so and waits for its
// death. Its standard output is the grandchild's standard error, so whoever
// reads it sees the end of both.
func parent() {
	o, err := process.Self("echo")
	if err != nil {
		panic(err)
	}
	o.Stderr = os.Stdout
	child, err := process.Start(context.Background(), o)
	if err != nil {
		panic(err)
	}
	if err := child.Suspend(); err != nil {
		panic(err)
	}
	fmt.Println("suspended")
	select {}
}

// hastyParent starts an echo of its own, sends it the order to stop and dies in
// the same moment: no wait for the stop.
func hastyParent() {
	o, err := process.Self("echo")
	if err != nil {
		panic(err)
	}
	o.Stderr = os.Stdout
	child, err := process.Start(context.Background(), o)
	if err != nil {
		panic(err)
	}
	if _, err := io.WriteString(child.Stdin(), "hello\n"); err != nil {
		panic(err)
	}
	if _, err := child.Stdout().Read(make([]byte, 1)); err != nil {
		panic(err)
	}
	stopAndDie(child.PID())
}

func start(t *testing.T, role string, stderr io.Writer) (*process.Process, *bufio.Reader) {
	t.Helper()
	o, err := process.Self(role)
	if err != nil {
		t.Fatal(err)
	}
	o.Stderr = stderr
	p, err := process.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Kill()
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return p, bufio.NewReader(p.Stdout())
}

func say(t *testing.T, p *process.Process, line string) {
	t.Helper()
	if _, err := io.WriteString(p.Stdin(), line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	got, err := r.ReadString('\n')
	if err != nil || strings.TrimSpace(got) != want {
		t.Fatalf("the child said %q, %v; want %q", got, err, want)
	}
}

func ended(t *testing.T, p *process.Process) *os.ProcessState {
	t.Helper()
	select {
	case <-p.Done():
		return p.State()
	case <-time.After(limit):
		t.Fatal("the child did not end")
		return nil
	}
}

func TestChildEndsWithItsInput(t *testing.T) {
	p, out := start(t, "echo", nil)
	say(t, p, "hello")
	hear(t, out, "echo hello")
	if err := p.Stdin().Close(); err != nil {
		t.Fatal(err)
	}
	if state := ended(t, p); state.ExitCode() != 0 {
		t.Errorf("the child ended with %v", state)
	}
}

func TestSuspendedChildIsSilentUntilResumed(t *testing.T) {
	p, out := start(t, "echo", nil)
	say(t, p, "one")
	hear(t, out, "echo one")
	for range 2 {
		if err := p.Suspend(); err != nil {
			t.Fatal(err)
		}
	}
	requireStopped(t, p.PID())
	say(t, p, "two")
	if err := p.Resume(); err != nil {
		t.Fatal(err)
	}
	hear(t, out, "echo two")
}

func TestKillEndsASuspendedChild(t *testing.T) {
	p, out := start(t, "stubborn", nil)
	hear(t, out, "ready")
	if err := p.Suspend(); err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if state := ended(t, p); state.Success() {
		t.Errorf("a killed child ended with %v", state)
	}
	for name, call := range map[string]func() error{
		"suspend": p.Suspend, "resume": p.Resume, "interrupt": p.Interrupt, "kill": p.Kill,
	} {
		if err := call(); !errors.Is(err, process.ErrEnded) {
			t.Errorf("%s after the end: %v, want ErrEnded", name, err)
		}
	}
}

func TestInterruptReachesTheChild(t *testing.T) {
	var stderr strings.Builder
	p, out := start(t, "interruptible", &stderr)
	hear(t, out, "ready")
	if err := p.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if state := ended(t, p); state.ExitCode() != 7 || stderr.String() != "interrupted" {
		t.Errorf("ended with %v, stderr %q; want 7 and its last words", state, stderr.String())
	}
}

func TestCloseKillsWhoDoesNotListen(t *testing.T) {
	p, out := start(t, "stubborn", nil)
	hear(t, out, "ready")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if ended(t, p).Success() {
		t.Error("a child that ignores its input ended by itself")
	}
}

func TestContextEndsTheChild(t *testing.T) {
	o, err := process.Self("stubborn")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p, err := process.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if ended(t, p).Success() {
		t.Error("the child survived its context")
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestStartSaysWhatCouldNotBeStarted(t *testing.T) {
	_, err := process.Start(t.Context(), process.Options{Path: "/nowhere/at-all"})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "/nowhere/at-all") {
		t.Errorf("got %v", err)
	}
}
