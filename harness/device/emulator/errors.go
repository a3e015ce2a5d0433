// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/internal/spelling"
)

// NameError says that something cannot be the name of an instance.
type NameError struct{ Name string }

// Error implements error.
func (e *NameError) Error() string {
	return fmt.Sprintf("%.80q is no name of an emulator's instance: it has 1 to %d bytes, no slash, and does not begin with -", e.Name, maxName)
}

// FindError says that no emulator is installed where one was looked for.
type FindError struct {
	// Searched are the places, in order.
	Searched []string
}

// Error implements error.
func (e *FindError) Error() string {
	return fmt.Sprintf("no emulator was found: install DevEco Studio, or the Command Line Tools 6.1.0 or later (26.0.0 on Linux), or name the program by %s; looked for:\n  %s",
		ProgramEnv, strings.Join(e.Searched, "\n  "))
}

// NoInstanceError says that there is no instance of that name.
type NoInstanceError struct {
	Name string
	// Have are the names of those that are there.
	Have []string
}

// Error implements error.
func (e *NoInstanceError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("there is no emulator %q, and no other: create one in DevEco Studio's Device Manager, or by: Emulator -create", e.Name)
	}
	return fmt.Sprintf("there is no emulator %q%s; there are %s", e.Name, spelling.Suggest(e.Name, e.Have), strings.Join(e.Have, ", "))
}

// CallError says that the program could not be run, did not end in time, or did
// not do what it was asked to.
type CallError struct {
	// Program is its path, Args are its arguments.
	Program string
	Args    []string
	// Exit is its exit code, which is 0 on most failures too; -1 where it did
	// not end by itself.
	Exit int
	// Output is the end of what it printed, at most 4096 bytes.
	Output string
	// Signs are what of the output is known.
	Signs []fixtures.EmulatorSign
	// Why says what is wrong, where no sign does.
	Why string
	// Err is the cause, nil where the program ended by itself.
	Err error
}

// Error implements error.
func (e *CallError) Error() string {
	why := explain(e.Signs)
	switch {
	case why != "":
	case e.Err != nil && e.Why != "":
		why = fmt.Sprintf("%s (%v)", e.Why, e.Err)
	case e.Err != nil:
		why = e.Err.Error()
	default:
		why = e.Why
	}
	return fmt.Sprintf("`%s %s`: %s%s", e.Program, strings.Join(e.Args, " "), why, said(e.Output))
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// StartError says that an instance's program ended before its system came up.
type StartError struct {
	Name string
	// Exit is its exit code, which is 0 on most failures too.
	Exit int
	// Output is the end of what it printed, at most 4096 bytes; "" where it
	// ended without a word.
	Output string
	// Signs are what of the output is known.
	Signs []fixtures.EmulatorSign
	// Log is the file that holds all of the output.
	Log string
}

// Error implements error.
func (e *StartError) Error() string {
	if why := explain(e.Signs); why != "" {
		return fmt.Sprintf("emulator %q did not start: %s%s; all of it is in %s", e.Name, why, said(e.Output), e.Log)
	}
	if strings.TrimSpace(e.Output) == "" {
		return fmt.Sprintf("emulator %q ended at once and without a word (exit code %d): %s; see that virtualisation is on and memory is free, "+
			"and what its logs say: Emulator -logZip %q -logPath FILE.zip", e.Name, e.Exit, loginAdvice, e.Name)
	}
	return fmt.Sprintf("emulator %q ended before its system came up (exit code %d)%s; all of it is in %s", e.Name, e.Exit, said(e.Output), e.Log)
}

// loginAdvice says why an image may not start. (Claim emulator.start.login.)
const loginAdvice = "an image for which DevEco Studio demands a login, a beta among them, cannot be started by a command: " +
	"if it starts in DevEco Studio's Device Manager, start it there"

// Stage is how far an instance came.
type Stage string

// The stages.
const (
	// NoTarget: no target of the instance is in the hdc server's list.
	NoTarget Stage = "no target"
	// NotConnected: its target is listed and cannot be used.
	NotConnected Stage = "not connected"
	// NotBooted: its target is connected, and its system has not come up.
	NotBooted Stage = "not booted"
	// Mistaken: another instance is at its port.
	Mistaken Stage = "another instance"
)

// stageAdvice says what to do.
var stageAdvice = map[Stage]string{
	NoTarget: "the hdc server lists no target of it: look at the emulator's window, which may ask for something; " + loginAdvice +
		"; an hdc of another SDK than the emulator's may not see it: hdc kill, then try again",
	NotConnected: "its target is listed and not connected: a start from a snapshot may end so; stop it, and start it cold in DevEco Studio's Device Manager",
	NotBooted:    "it is connected, and its system does not come up: give it more time, or look at its window",
	Mistaken:     "another instance is at its port: stop that one, or choose another port",
}

// BootError says that an instance's system did not come up in time.
type BootError struct {
	Name string
	// Stage is how far it came.
	Stage Stage
	// Key is the connect key under which it is, or was looked for; "" where its
	// port was not known.
	Key string
	// Other is the name of the instance that is there, for Mistaken.
	Other string
	// Output is the end of what its program printed, at most 4096 bytes, and
	// Signs what of it is known.
	Output string
	Signs  []fixtures.EmulatorSign
	// Err is the last error of hdc, and why the wait ended.
	Err error
}

// Error implements error.
func (e *BootError) Error() string {
	why := stageAdvice[e.Stage]
	if known := explain(e.Signs); known != "" {
		why = known
	}
	at, other := "", ""
	if e.Key != "" {
		at = " at " + e.Key
	}
	if e.Other != "" {
		other = fmt.Sprintf(" (%q)", e.Other)
	}
	end := ""
	if e.Err != nil {
		end = fmt.Sprintf(" (%v)", e.Err)
	}
	return fmt.Sprintf("emulator %q%s has not booted%s: %s%s%s", e.Name, at, other, why, said(e.Output), end)
}

// Unwrap returns the last error and why the wait ended.
func (e *BootError) Unwrap() error { return e.Err }

// said quotes what a program printed, for the end of an error.
func said(output string) string {
	output = strings.TrimSpace(output)
	if output == "" {
		return ""
	}
	const most = 400
	if len(output) > most {
		output = "…" + strings.ToValidUTF8(output[len(output)-most:], "")
	}
	return fmt.Sprintf("; it said %q", output)
}
