// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
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

// LooksAtOnce is how many devices are looked at at once.
const LooksAtOnce = looksAtOnce

// Problems lists the devices, and gives what is wrong with each.
func Problems(ctx context.Context, client *hdc.Client) ([]string, error) {
	rows, err := listDevices(ctx, client)
	problems := make([]string, len(rows))
	for i, r := range rows {
		problems[i] = r.Problem
	}
	return problems, err
}
