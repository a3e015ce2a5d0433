// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
)

// Left is a program that was started to stay. Its methods may be called from
// any goroutine.
type Left struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu    sync.Mutex
	state *os.ProcessState
}

// Leave starts a program that stays when this one ends: it has a process group
// of its own (on Unix a session), nothing on standard input, and what it prints
// goes into output, which may be closed afterwards. Options.Stderr is ignored.
// It is not ended by anything but Kill and its own will.
func Leave(o Options, output *os.File) (*Left, error) {
	cmd := exec.Command(o.Path, o.Args...)
	cmd.Env, cmd.Dir = o.Env, o.Dir
	cmd.Stdout, cmd.Stderr = output, output
	prepareToStay(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	l := &Left{cmd: cmd, done: make(chan struct{})}
	go l.reap()
	return l, nil
}

func (l *Left) reap() {
	_ = l.cmd.Wait()
	l.mu.Lock()
	l.state = l.cmd.ProcessState
	l.mu.Unlock()
	close(l.done)
}

// PID returns the system's process id.
func (l *Left) PID() int { return l.cmd.Process.Pid }

// Done is closed when the program has ended and was reaped. While it runs, a
// goroutine waits for that.
func (l *Left) Done() <-chan struct{} { return l.done }

// State says how the program ended, or is nil while it lives.
func (l *Left) State() *os.ProcessState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Kill ends the program at once, on Unix with its whole group. It returns
// ErrEnded for one that has ended.
func (l *Left) Kill() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != nil {
		return fmt.Errorf("kill process %d: %w", l.PID(), ErrEnded)
	}
	err := killLeft(l.cmd.Process)
	if errors.Is(err, os.ErrProcessDone) {
		err = ErrEnded
	}
	if err != nil {
		return fmt.Errorf("kill process %d: %w", l.PID(), err)
	}
	return nil
}
