// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object that ends with its last handle, which is ours. What is
// written here compiles and never ran: claim process.windows.
type group struct {
	job     windows.Handle
	process windows.Handle
}

var (
	ntdll            = windows.NewLazySystemDLL("ntdll.dll")
	ntSuspendProcess = ntdll.NewProc("NtSuspendProcess")
	ntResumeProcess  = ntdll.NewProc("NtResumeProcess")
	findNt           = sync.OnceValue(func() error {
		for _, proc := range []*windows.LazyProc{ntSuspendProcess, ntResumeProcess} {
			if err := proc.Find(); err != nil {
				return fmt.Errorf("this Windows cannot suspend a process: %w", err)
			}
		}
		return nil
	})
)

func (*group) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

func (g *group) adopt(p *os.Process) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return fmt.Errorf("create a job object: %w", err)
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err != nil {
		_ = windows.CloseHandle(job)
		return fmt.Errorf("limit a job object: %w", err)
	}
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE | windows.PROCESS_SUSPEND_RESUME
	process, err := windows.OpenProcess(access, false, uint32(p.Pid))
	if err != nil {
		_ = windows.CloseHandle(job)
		return fmt.Errorf("open the child: %w", err)
	}
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		_ = windows.CloseHandle(process)
		_ = windows.CloseHandle(job)
		return fmt.Errorf("put the child into its job object: %w", err)
	}
	g.job, g.process = job, process
	return nil
}

func (g *group) release() {
	_ = windows.CloseHandle(g.process)
	_ = windows.CloseHandle(g.job)
}

func (g *group) suspend(*os.Process) error { return g.nt(ntSuspendProcess) }
func (g *group) resume(*os.Process) error  { return g.nt(ntResumeProcess) }

func (g *group) nt(proc *windows.LazyProc) error {
	if err := findNt(); err != nil {
		return err
	}
	if status, _, _ := proc.Call(uintptr(g.process)); status != 0 {
		return fmt.Errorf("%s: status %#x", proc.Name, status)
	}
	return nil
}

func (*group) interrupt(p *os.Process) error {
	if err := windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.Pid)); err != nil {
		return fmt.Errorf("send Ctrl-Break: %w", err)
	}
	return nil
}

func (g *group) kill(*os.Process) error {
	if err := windows.TerminateJobObject(g.job, 1); err != nil {
		return fmt.Errorf("end the job object: %w", err)
	}
	return nil
}
