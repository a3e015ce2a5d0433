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
)

// group is a POSIX process group, led by the child.
type group struct{}

func (*group) prepare(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func (*group) adopt(*os.Process) error { return nil }

func (*group) release() {}

func (*group) suspend(p *os.Process) error   { return toGroup(p, syscall.SIGSTOP) }
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
