// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// prepareToStay gives the program a group and no console: neither Ctrl-C nor
// the console's end reaches it. Unlike a child's, its group is no job, which
// would end it with this program. It compiles and never ran: claim
// process.windows.
func prepareToStay(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

func killLeft(p *os.Process) error { return p.Kill() }
