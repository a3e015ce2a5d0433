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

// whenOrphaned does nothing: macOS has no signal for it. What it does have is
// the wake-up of an orphaned group that has stopped.
func whenOrphaned(*syscall.SysProcAttr) {}

// sstop is SSTOP of sys/proc.h: the process is stopped.
const sstop = 4

// stopped tells whether the system shows the child as stopped. It compiles and
// never ran: claim process.darwin.
func stopped(pid int) (bool, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	// A process that is gone has no row, which x/sys reports as EIO.
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) {
		return false, os.ErrProcessDone
	}
	if err != nil {
		return false, fmt.Errorf("wait for its stop: %w", err)
	}
	return info.Proc.P_stat == sstop, nil
}
