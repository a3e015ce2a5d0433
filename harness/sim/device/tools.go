// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
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

// tools are the commands that are simulated. Exit codes: aa, anm, bm, cem,
// hidumper, netcopilot, param and power-shell fail by text with 0, uitest with
// 1, testhelper with 1 to 3. Source: HarmonyOS guides of each tool; hdc facts
// of third parties.
var tools map[string]tool

// offered names the tools that only some builds have: a shell of another build
// says that there is no such command.
var offered = map[string]func(build) bool{
	"anm": hasAnm, "netcopilot": hasNetcopilot, "network-cfg": hasNetworkCfg, "testhelper": hasTesthelper,
}

func init() {
	tools = map[string]tool{
		"anm": toolAnm, "cem": toolCem, "netcopilot": toolNetcopilot, "network-cfg": toolNetworkCfg, "testhelper": toolTesthelper,
		"snapshot_display": toolSnapshot,
		"aa":               toolAA, "bm": toolBM, "param": toolParam, "devicedebug": toolDevicedebug, "pidof": toolPidof, "ps": toolPS,
		"kill": toolKill, "power-shell": toolPower, "uitest": toolUITest, "uinput": toolUInput, "hidumper": toolHidumper,
		"hilog": toolHilog, "cat": toolCat, "rm": toolRM, "ls": toolLS, "mkdir": toolMkdir, "grep": toolGrep,
		"sleep": toolSleep, "date": toolDate, "uptime": toolUptime, "whoami": toolWhoami, "whence": toolWhence,
		"sha256sum": toolSHA256, "stat": toolStat, "find": toolFind,
	}
}

func (c *call) print(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// option is an option of a command line and its value, "" where it has none.
type option struct{ name, value string }

// options reads a command line of options: those of takesValue have a value
// behind them. ok is false where one is not among flags and takesValue, or
// where its value is missing.
func options(args []string, flags, takesValue string) (read []option, ok bool) {
	for len(args) > 0 {
		name := args[0]
		args = args[1:]
		switch {
		case len(name) != 2 || name[0] != '-':
			return read, false
		case contains(takesValue, name[1]):
			if len(args) == 0 {
				return read, false
			}
			read = append(read, option{name, args[0]})
			args = args[1:]
		case contains(flags, name[1]):
			read = append(read, option{name: name})
		default:
			return read, false
		}
	}
	return read, true
}

func contains(letters string, letter byte) bool { return strings.IndexByte(letters, letter) >= 0 }

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
