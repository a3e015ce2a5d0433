// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// group is a POSIX process group, led by the child.
type group struct{}

// stopLimit bounds the wait for a stop. A stop takes microseconds; a child that
// the system holds in the middle of a call (a dead network disk) takes longer.
const stopLimit = 5 * time.Second

func (*group) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	whenOrphaned(cmd.SysProcAttr)
}

func (*group) adopt(*os.Process) error { return nil }

func (*group) release() {}

// suspend returns when the child has stopped. A signal is only on its way when
// kill(2) returns, and the system wakes no orphan that is still to stop.
func (*group) suspend(p *os.Process) error {
	if err := toGroup(p, syscall.SIGSTOP); err != nil {
		return err
	}
	pause := 20 * time.Microsecond
	for end := time.Now().Add(stopLimit); ; pause = min(2*pause, 5*time.Millisecond) {
		if done, err := stopped(p.Pid); done || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("it did not stop within %v: the system holds it in a call", stopLimit)
		}
		time.Sleep(pause)
	}
}

func (*group) resume(p *os.Process) error    { return toGroup(p, syscall.SIGCONT) }
func (*group) interrupt(p *os.Process) error { return toGroup(p, syscall.SIGINT) }
func (*group) kill(p *os.Process) error      { return toGroup(p, syscall.SIGKILL) }

func toGroup(p *os.Process, s syscall.Signal) error {
	err := syscall.Kill(-p.Pid, s)
	// A group of zombies answers ESRCH on Linux and EPERM on macOS.
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) {
		return os.ErrProcessDone
	}
	if err != nil {
		return fmt.Errorf("send %v to the group: %w", s, err)
	}
	return nil
}
