// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// prepareToStay gives the program a session: neither Ctrl-C nor the end of the
// terminal reaches it.
func prepareToStay(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func killLeft(p *os.Process) error { return toGroup(p, syscall.SIGKILL) }
