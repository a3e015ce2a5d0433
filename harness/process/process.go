// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package process runs a child of this program: start, suspend, resume,
// interrupt, kill, each on the child's whole process group.
//
// It guarantees that every child has a process group of its own (a Ctrl-C in
// the terminal does not reach it), that no call signals a process id after the
// child was reaped, that Close leaves neither the child nor a pipe behind, and
// that a child does not stay suspended after this program's death: a stopped
// orphan is woken (Linux), woken and hung up (macOS), or ended with its job
// object (Windows). A child that runs, or was woken, is expected to end when its
// standard input ends; see ExitWithStdin. What Leave starts is no child in this
// sense: it is meant to stay.
//
// It does not limit what a child may use, and it knows nothing of what is said
// over the pipes.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// EnvRole is the environment variable by which a copy of the current
// executable learns which process it is to be.
const EnvRole = "PUSHPROOF_PROCESS"

// ErrEnded is returned by the signalling methods once the child has ended.
var ErrEnded = errors.New("process has ended")

// Options say what to start.
type Options struct {
	// Path is the executable, Args its arguments without the name.
	Path string
	Args []string
	// Env is the whole environment; nil means this program's.
	Env []string
	// Dir is the working directory; "" means this program's.
	Dir string
	// Stderr receives the child's standard error; nil discards it. Writes are
	// serialised, and Done closes only after the last of them.
	Stderr io.Writer
}

// Self returns Options that start the current executable again as role, with
// env added to this program's environment.
func Self(role string, env ...string) (Options, error) {
	path, err := os.Executable()
	if err != nil {
		return Options{}, fmt.Errorf("find the current executable: %w", err)
	}
	// A child built with the race detector would otherwise sleep for a second at
	// its end, and a world starts hundreds.
	own := []string{EnvRole + "=" + role, "GORACE=atexit_sleep_ms=0"}
	return Options{Path: path, Env: slices.Concat(os.Environ(), own, env)}, nil
}

// Process is a started child. Its methods may be called from any goroutine.
type Process struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	group  group
	done   chan struct{}

	mu        sync.Mutex
	ended     bool
	suspended bool
	state     *os.ProcessState
}

// stderrGrace is how long a dead child's standard error may be held open by
// somebody that the child started.
const stderrGrace = 2 * time.Second

// Start starts a child. The child ends with ctx, if not sooner.
func Start(ctx context.Context, o Options) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	childIn, stdin, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: make its standard input: %w", o.Path, err)
	}
	stdout, childOut, err := os.Pipe()
	if err != nil {
		closeAll(childIn, stdin)
		return nil, fmt.Errorf("start %s: make its standard output: %w", o.Path, err)
	}
	cmd := exec.Command(o.Path, o.Args...)
	cmd.Env, cmd.Dir, cmd.Stderr = o.Env, o.Dir, o.Stderr
	cmd.Stdin, cmd.Stdout = childIn, childOut
	cmd.WaitDelay = stderrGrace
	p := &Process{cmd: cmd, stdin: stdin, stdout: stdout, done: make(chan struct{})}
	p.group.prepare(cmd)
	if err := cmd.Start(); err != nil {
		closeAll(childIn, childOut, stdin, stdout)
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	closeAll(childIn, childOut)
	if err := p.group.adopt(cmd.Process); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		closeAll(stdin, stdout)
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	go p.reap()
	stop := context.AfterFunc(ctx, func() { _ = p.Kill() })
	go func() {
		<-p.done
		stop()
	}()
	return p, nil
}

// reap waits for the child and lets go of its group.
func (p *Process) reap() {
	_ = p.cmd.Wait()
	p.mu.Lock()
	p.ended, p.state = true, p.cmd.ProcessState
	p.group.release()
	p.mu.Unlock()
	close(p.done)
}

// PID returns the system's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stdin returns the pipe to the child's standard input.
func (p *Process) Stdin() io.WriteCloser { return p.stdin }

// Stdout returns the pipe from the child's standard output. It is not closed
// when the child ends, so that its last words can still be read.
func (p *Process) Stdout() io.ReadCloser { return p.stdout }

// Done is closed when the child has ended and was reaped.
func (p *Process) Done() <-chan struct{} { return p.done }

// State says how the child ended, or is nil while it lives.
func (p *Process) State() *os.ProcessState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// Suspend stops the child's group where it stands (SIGSTOP) and returns when
// the child has stopped; other members of the group may take a moment longer.
// For a child that is stopped it does nothing. It returns ErrEnded for one that
// has ended, and an error for one that does not stop within five seconds; until
// then every other call waits.
func (p *Process) Suspend() error {
	return p.signal("suspend", func(child *os.Process) error {
		// Windows counts: one resume undoes one of two suspensions.
		if p.suspended {
			return nil
		}
		p.suspended = true
		return p.group.suspend(child)
	})
}

// Resume continues a suspended group (SIGCONT); for one that runs it does
// nothing. It returns ErrEnded for a child that has ended.
func (p *Process) Resume() error {
	return p.signal("resume", func(child *os.Process) error {
		if !p.suspended {
			return nil
		}
		p.suspended = false
		return p.group.resume(child)
	})
}

// Interrupt asks the child to end (SIGINT, on Windows Ctrl-Break). Send one
// only: Ginkgo takes a second one as the order to skip its clean-up.
func (p *Process) Interrupt() error { return p.signal("interrupt", p.group.interrupt) }

// Kill ends the group at once (SIGKILL), suspended or not. The child is gone
// when Done is closed.
func (p *Process) Kill() error { return p.signal("kill", p.group.kill) }

// signal holds the lock while f runs: a child that has ended since then has
// not been reaped by reap's bookkeeping, and its id is not used again.
func (p *Process) signal(what string, f func(*os.Process) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return fmt.Errorf("%s process %d: %w", what, p.PID(), ErrEnded)
	}
	if err := f(p.cmd.Process); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			err = ErrEnded
		}
		return fmt.Errorf("%s process %d: %w", what, p.PID(), err)
	}
	return nil
}

// Close closes the child's standard input, waits for its end until ctx is
// over, kills it then, and closes the pipes. A suspended child is resumed, so
// that it can see its input end.
func (p *Process) Close(ctx context.Context) error {
	_ = p.stdin.Close()
	_ = p.Resume()
	select {
	case <-p.done:
	case <-ctx.Done():
		_ = p.Kill()
		<-p.done
	}
	_ = p.stdout.Close()
	return nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
