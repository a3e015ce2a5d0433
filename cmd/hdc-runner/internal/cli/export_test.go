// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io"
	"time"

	"github.com/pushproof/pushproof/harness/probe"
)

// What the tests of this package look at.

func ProgramOf(args []string) string { return programOf(args) }

func WarnOfVariables(w io.Writer, environ []string) { warnOfVariables(w, environ) }

// SetDuration reads a flag's value.
func SetDuration(text string, zero bool) (d time.Duration, err error) {
	err = (&durationValue{to: &d, zero: zero}).Set(text)
	return d, err
}

// ProbeExit is the exit code for what probes found.
func ProbeExit(file *probe.File) int { return probeExit(file) }

// ProbeFileName is the default name of a probe file, without ending.
func ProbeFileName(file *probe.File) string { return probeFileName(file) }

// Escape is what is typed at a shell on a terminal; left tells of ~. in it.
func Escape(in io.Reader) (typed io.Reader, left *bool) {
	left = new(bool)
	return &escape{in: in, leave: func() { *left = true }, fresh: true}, left
}
