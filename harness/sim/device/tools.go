// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// call is one run of a tool.
type call struct {
	ctx context.Context
	d   *Device
	// idle tells the device that the tool only watches from now on.
	idle     func()
	args     []string
	dir      string
	in       io.Reader
	out, err io.Writer
}

// tool runs and returns its exit status.
type tool func(*call) int

// tools are the commands of a user build that are simulated. anm, netcopilot
// and testhelper are not among them: such a build does not have them. Exit
// codes: aa, bm, param and power-shell fail by text with 0, uitest with 1.
// Source: HarmonyOS guides of each tool; hdc facts of third parties.
var tools map[string]tool

func init() {
	tools = map[string]tool{
		"aa": toolAA, "bm": toolBM, "param": toolParam, "devicedebug": toolDevicedebug, "pidof": toolPidof, "ps": toolPS,
		"kill": toolKill, "power-shell": toolPower, "uitest": toolUITest, "uinput": toolUInput, "hidumper": toolHidumper,
		"hilog": toolHilog, "cat": toolCat, "rm": toolRM, "ls": toolLS, "mkdir": toolMkdir, "grep": toolGrep,
		"sleep": toolSleep, "date": toolDate, "uptime": toolUptime, "whoami": toolWhoami, "whence": toolWhence,
		"sha256sum": toolSHA256, "stat": toolStat,
	}
}

func (c *call) print(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// fail prints an error as toybox does and returns 1.
func (c *call) fail(tool, name string, err error) int {
	text := err.Error()
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = "No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		text = "Permission denied"
	case errors.Is(err, fs.ErrExist):
		text = "File exists"
	case errors.Is(err, errIsDir):
		text = "Is a directory"
	case errors.Is(err, errFull):
		text = "No space left on device"
	case errors.As(err, &p):
		text = p.Err.Error()
	}
	fmt.Fprintf(c.err, "%s: %s: %s\n", tool, name, text)
	return 1
}

// flags splits arguments into one-letter flags and the rest.
func (c *call) flags() (flags string, rest []string) {
	for i, a := range c.args {
		switch {
		case a == "--":
			return flags, append(rest, c.args[i+1:]...)
		case len(a) > 1 && a[0] == '-':
			flags += a[1:]
		default:
			rest = append(rest, a)
		}
	}
	return flags, rest
}
