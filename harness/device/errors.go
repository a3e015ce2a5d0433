// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pushproof/pushproof/fixtures"
)

// NoMethodError says that no way is known to do an action on a type of device.
// Nothing was tried.
type NoMethodError struct {
	DeviceType string
	Action     fixtures.Action
	Why        string
	Source     string
}

// Error implements error.
func (e *NoMethodError) Error() string {
	if e.Why == "" {
		return fmt.Sprintf("no method is known for %q on a %s", e.Action, e.DeviceType)
	}
	return fmt.Sprintf("no method is known for %q on a %s: %s (%s)", e.Action, e.DeviceType, e.Why, e.Source)
}

// OutputError says that a tool printed something that is neither its success
// nor a failure that is known.
type OutputError struct {
	// Doing is what was tried: "read the UI tree".
	Doing string
	// Tool is the command without its arguments.
	Tool string
	// Output is what it printed, cut to 200 bytes.
	Output string
	// Err is what is wrong with it, if that is known.
	Err error
}

func newOutputError(doing, tool, output string, err error) *OutputError {
	return &OutputError{Doing: doing, Tool: tool, Output: excerpt(output), Err: err}
}

// Error implements error.
func (e *OutputError) Error() string {
	text := fmt.Sprintf("%s: %s answered %q, which is not an answer that is known", e.Doing, e.Tool, e.Output)
	if e.Err != nil {
		text = fmt.Sprintf("%s: the answer of %s cannot be read: %v; it starts with %q", e.Doing, e.Tool, e.Err, e.Output)
	}
	return text + ": run the command by hand in `hdc shell`, and report the firmware's version with what it says"
}

// Unwrap returns the cause.
func (e *OutputError) Unwrap() error { return e.Err }

// maxExcerpt bounds what an error quotes of a device's output, in bytes.
const maxExcerpt = 200

// excerpt cuts a device's output to what an error can show on one line.
func excerpt(text string) string { return oneLine(text, maxExcerpt) }

// oneLine cuts a text to that many bytes and to what can be printed.
func oneLine(text string, most int) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "?"))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}
