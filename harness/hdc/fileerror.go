// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// FileProblem says why a file was not transferred.
type FileProblem int

// The problems.
const (
	// FileOther: see Text.
	FileOther FileProblem = iota
	// FileMissing: the file, or the folder for it, is not there.
	FileMissing
	// FileDenied: it may not be read or written.
	FileDenied
	// FileStopped: the transfer ended in the middle; mostly the disk is full.
	FileStopped
	// FileNotNewer: what is there is as new, or hdc takes it for that.
	FileNotNewer
)

// fileProblems maps hdc's texts. Sources: recordings file-send-missing,
// file-send-no-permission-local and -remote, file-recv-missing,
// file-send-sync-older; the text of a
// transfer that stops is from the source of OpenHarmony's developtools_hdc.
var fileProblems = []struct {
	text    string
	problem FileProblem
	local   string
	device  string
	// receive is what to do where a file of the device was wanted, "" if the same.
	receive string
}{
	{"no such file or directory", FileMissing, "check the path; a server on another machine, in a container or in WSL sees another disk", "check the path, and make the folder first: mkdir -p", "check the path; ls on the device shows what is there"},
	{"permission denied", FileDenied, "let the user who runs the hdc server read and write there", "hdc may use /data/local/tmp; an app's own folders are closed to it", ""},
	{"Transfer Stop at", FileStopped, "see whether the disk is full", "see whether the device's disk is full: df /data", ""},
	{"same date or newer", FileNotNewer, "it was left alone", "it was left alone", ""},
}

// receiving begins each command that fetches files.
const receiving = "file recv"

// FileError says that a file cannot be read or written, on either side.
type FileError struct {
	// Command is what hdc was asked for.
	Command string
	Problem FileProblem
	// Local is set where the path is this machine's.
	Local bool
	// Path is the path at fault, as hdc names it; it may be "".
	Path string
	// Text is hdc's own text.
	Text string
}

// Error implements error.
func (e *FileError) Error() string {
	where, do := "on the device", ""
	for _, row := range fileProblems {
		if row.problem == e.Problem {
			switch {
			case e.Local:
				do = row.local
			case row.receive != "" && strings.HasPrefix(e.Command, receiving):
				do = row.receive
			default:
				do = row.device
			}
		}
	}
	if e.Local {
		where = "on this machine"
	}
	if e.Path != "" {
		where = e.Path + " " + where
	}
	text := fmt.Sprintf("%s: %s", where, e.Text)
	if do != "" {
		text += ": " + do
	}
	return text
}

// Is finds fs.ErrNotExist and fs.ErrPermission.
func (e *FileError) Is(target error) bool {
	return target == fs.ErrNotExist && e.Problem == FileMissing || target == fs.ErrPermission && e.Problem == FileDenied
}

// missesLocal reports that a server does not find a path of this machine.
func missesLocal(err error) bool {
	var e *FileError
	return errors.As(err, &e) && e.Local && e.Problem == FileMissing
}

func isProblem(err error, p FileProblem) bool {
	var e *FileError
	return errors.As(err, &e) && e.Problem == p
}

// newLocalError is the error of a local file that this process cannot open.
func newLocalError(local string, err error) error {
	e := &FileError{Local: true, Path: local, Text: err.Error()}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Problem = FileMissing
	case errors.Is(err, fs.ErrPermission):
		e.Problem = FileDenied
	default:
		return err
	}
	return e
}

// filePath is the path at the end of hdc's texts about files.
var filePath = regexp.MustCompile(`,\s?path: ?(.+)$`)

// noFolderCode is the code of a folder that cannot be made. Source: HarmonyOS
// guide of hdc, file send; claim hdc.file-sandbox has the others.
const noFolderCode = "E005005"

// fileFailure turns a refusal of hdc that concerns a file into a *FileError,
// and leaves other errors as they are.
func fileFailure(err error, command, local string) error {
	var fail *FailError
	if !errors.As(err, &fail) || fail.Code != "" && fail.Code != noFolderCode {
		return err
	}
	e := &FileError{Command: command, Text: fail.Text}
	if m := filePath.FindStringSubmatch(fail.Text); m != nil {
		e.Path, e.Local = m[1], m[1] == local
		e.Text = strings.TrimSuffix(fail.Text, m[0])
	}
	for _, row := range fileProblems {
		if strings.Contains(fail.Text, row.text) {
			e.Problem = row.problem
		}
	}
	return e
}
