// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// whenOrphaned has the child woken when this program dies, even if the stop is
// still on its way then: SIGCONT cancels it, and does nothing to a child that
// runs. Whoever wakes finds its standard input ended.
//
// Linux sends the signal when the thread that started the child ends. Go ends a
// thread only if a goroutine returns that is locked to it; a stopped child
// would then be woken too early, and none is ever killed.
func whenOrphaned(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGCONT }

// stopped tells whether each thread of the child has stopped, which /proc shows
// of one thread at a time. It leaves the child's end to be waited for.
func stopped(pid int) (bool, error) {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	switch {
	case errors.Is(err, unix.ECHILD):
		return false, os.ErrProcessDone
	case errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("wait for its stop: %w", err)
	case info.Signo == 0:
		return false, nil
	case info.Code == cldStopped:
		return true, nil
	default:
		return false, os.ErrProcessDone
	}
}

// cldStopped is CLD_STOPPED of sigaction(2).
const cldStopped = 5
