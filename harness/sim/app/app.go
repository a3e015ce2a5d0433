// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package app is the process of a simulated app: what a team's abilities would
// do in ArkTS, in Go. It speaks harness/sim/device/seam on its standard input
// and output, and holds the real agent, unless the app is described as one
// without.
//
// It guarantees that it registers for messages before onCreate is answered
// (unless told to be late), that a delivery is answered only when the agent
// has it with the kernel, and that it ends when its input does. It shows
// nothing and keeps nothing of its own.
package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Role is the value of PUSHPROOF_PROCESS by which a program knows that it is
// to call Main.
const Role = "app"

// Main runs the process and returns its exit code. It takes over standard
// input and output; what else writes to standard output goes to standard
// error.
func Main() int {
	out := os.Stdout
	os.Stdout = os.Stderr
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := &proc{ctx: ctx, cancel: cancel}
	input := process.ExitWithStdin(cancel)
	stream := seam.NewStream(input, out, out.Close)
	p.ready = make(chan struct{})
	p.conn = jsonrpc2.NewConn(ctx, stream, jsonrpc2.AsyncHandler(handler{p}), jsonrpc2.SetLogger(quiet{}))
	close(p.ready)
	select {
	case <-ctx.Done():
	case <-p.conn.DisconnectNotify():
	}
	cancel()
	p.work.Wait()
	if err := p.close(); err != nil {
		fmt.Fprintln(os.Stderr, "close the agent:", err)
		return 1
	}
	return 0
}

// proc is the process.
type proc struct {
	ctx    context.Context
	cancel context.CancelFunc
	// ready is closed once conn is set: the first request may come sooner.
	ready chan struct{}
	conn  *jsonrpc2.Conn
	// work counts goroutines that use the agent.
	work sync.WaitGroup

	mu         sync.Mutex
	ended      bool
	spec       seam.Process
	agent      *agent.Agent
	kit        *kit
	registered bool
	// ability is the first one that was created.
	ability string
}

var errNotStarted = errors.New("the process was not told what it is")

// handler answers what the system asks of the process.
type handler struct{ p *proc }

// Handle implements jsonrpc2.Handler; it runs in a goroutine of its own.
func (h handler) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	p := h.p
	<-p.ready
	if !p.begin() {
		return
	}
	defer p.work.Done()
	result, after, err := p.answer(ctx, req)
	seam.Reply(ctx, conn, req, result, after, err)
}

// begin notes work on the agent, unless the process is ending.
func (p *proc) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return false
	}
	p.work.Add(1)
	return true
}

// close closes the agent; the process ends behind it.
func (p *proc) close() error {
	p.mu.Lock()
	a := p.agent
	p.ended = true
	p.mu.Unlock()
	if a == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	return a.Close(ctx)
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
