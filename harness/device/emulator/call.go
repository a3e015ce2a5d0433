// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/process"
)

const (
	// callLimit bounds a call, beside its context.
	callLimit = 30 * time.Second
	// maxOutput bounds what is read of each of a call's two outputs, in bytes.
	maxOutput = 1 << 20
	// maxShown bounds what an error keeps of them.
	maxShown = 4096
	// lastWords is how long the outputs of a program that has ended are read:
	// somebody whom it started may hold them open.
	lastWords = 2 * time.Second
)

// answer is what a call printed.
type answer struct {
	program        string
	args           []string
	stdout, stderr string
	exit           int
}

// text is all of it: which output the program writes to differs between
// systems.
func (a answer) text() string { return a.stdout + "\n" + a.stderr }

// fail makes the error of a call that ended by itself.
func (a answer) fail(why string) *CallError {
	return &CallError{Program: a.program, Args: a.args, Exit: a.exit, Output: tail(a.text()), Signs: signsIn(a.text()), Why: why}
}

// tail keeps the end of a text.
func tail(text string) string { return text[max(0, len(text)-maxShown):] }

// call runs the program to its end. Its exit code says nothing, so what it
// printed is the caller's to judge.
func (t *Tool) call(ctx context.Context, args ...string) (answer, error) {
	got := answer{program: t.program, args: args, exit: -1}
	bounded, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	stdout, stderr := &buffer{}, &buffer{}
	p, err := process.Start(bounded, process.Options{Path: t.program, Args: args, Stderr: stderr})
	if err != nil {
		return got, &CallError{Program: t.program, Args: args, Exit: -1, Err: err}
	}
	_ = p.Stdin().Close() // a question gets no answer, and is no reason to wait
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(stdout, p.Stdout())
	}()
	<-p.Done()
	grace := time.NewTimer(lastWords)
	defer grace.Stop()
	select {
	case <-read:
	case <-grace.C:
	}
	_ = p.Close(bounded)
	<-read
	got.stdout, got.stderr, got.exit = stdout.String(), stderr.String(), p.State().ExitCode()
	if bounded.Err() == nil {
		return got, nil
	}
	failed := got.fail("")
	failed.Err = bounded.Err()
	if ctx.Err() == nil {
		failed.Why = fmt.Sprintf("it did not end within %v, and was ended: DevEco Studio may hold the emulator, or it asks for something in a window", t.limit)
	}
	return got, failed
}

// buffer keeps the first bytes of what is written to it, and takes all.
type buffer struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept.Write(p[:min(len(p), maxOutput-b.kept.Len())])
	return len(p), nil
}

// String returns what was kept.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.String()
}
