// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// CodeLocked is aa's error code for a locked screen.
const CodeLocked = 10106102

// StartError is a refusal of the aa tool.
type StartError struct {
	// Doing is what was tried: "start com.example.app/EntryAbility".
	Doing string
	// Code is aa's error code, 0 where it gave none.
	Code int
	// Message is what aa said.
	Message string
}

// Error implements error.
func (e *StartError) Error() string {
	text := e.Doing + ": aa refused"
	if e.Code != 0 {
		text += fmt.Sprintf(" with code %d", e.Code)
	}
	if row, ok := fixtures.StartCodeOf(e.Code); ok {
		return fmt.Sprintf("%s: %s (%s): %s", text, row.Meaning, e.Message, row.Advice)
	}
	return fmt.Sprintf("%s: %s: look the code up in the guide of the aa tool", text, e.Message)
}

// Locked reports whether the device's locked screen was in the way.
func (e *StartError) Locked() bool { return e.Code == CodeLocked }

// ParamError says that a value cannot be handed to an ability. The value is
// not in it.
type ParamError struct{ Key, Why string }

// Error implements error.
func (e *ParamError) Error() string {
	return fmt.Sprintf("start parameter %q: %s", e.Key, e.Why)
}

var paramKey = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// Start starts the home ability, or brings it to the front if it runs, and
// hands it params as want parameters of type string. Their values are redacted
// in every log. It returns when the system has accepted the start; Await tells
// when the app is in front.
//
// Errors: *ParamError (nothing was tried) and *StartError.
func (d *Device) Start(ctx context.Context, params map[string]string) error {
	if err := d.needApp("start the app"); err != nil {
		return err
	}
	var options []part
	if d.app.Module != "" {
		options = append(options, part{"aa.start.module", map[string]string{"module": d.app.Module}})
	}
	for _, key := range slices.Sorted(maps.Keys(params)) {
		value := params[key]
		switch {
		case !paramKey.MatchString(key):
			return &ParamError{Key: key, Why: "a key consists of letters, digits, _ . and -"}
		case value == "" || strings.HasPrefix(value, "-"):
			return &ParamError{Key: key, Why: "aa takes no value that is empty or begins with -"}
		}
		options = append(options, part{"aa.start.text", map[string]string{"key": key, "value": value}})
	}
	doing := "start " + d.app.Bundle + "/" + d.app.Ability
	text, err := d.do(ctx, "aa.start", map[string]string{"ability": d.app.Ability, "bundle": d.app.Bundle}, options...)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	// Claim device.start.text.
	if !answered("aa.start", text, nil) {
		// aa may repeat what it did not understand, and errors quote aa.
		for _, value := range params {
			text = strings.ReplaceAll(text, value, "REDACTED")
		}
	}
	if err := judgeAA(doing, "aa.start", text); err != nil {
		return err
	}
	d.setStop(StopUnknown)
	return nil
}

// BringForward brings the running app to the front, without parameters. One
// that does not run is started. (Claim device.forward.start.)
func (d *Device) BringForward(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionForward); err != nil {
		return err
	}
	return d.Start(ctx, nil)
}

// ForceStop stops the app as its page in the settings does. This is not the
// state "stopped" of the matrix, which is a process's death: see Kill. It
// succeeds where nothing ran.
func (d *Device) ForceStop(ctx context.Context) error {
	if err := d.needApp("force-stop the app"); err != nil {
		return err
	}
	if _, err := d.Method(fixtures.ActionForceStop); err != nil {
		return err
	}
	doing := "force-stop " + d.app.Bundle
	d.setStop(StopForced)
	text, err := d.do(ctx, "aa.force-stop", map[string]string{"bundle": d.app.Bundle})
	if err != nil {
		d.setStop(StopUnknown)
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := judgeAA(doing, "aa.force-stop", text); err != nil {
		d.setStop(StopUnknown)
		return err
	}
	d.setStop(StopForced)
	return nil
}

var aaCode = regexp.MustCompile(`Error Code: ?(\d{1,9})`)

// judgeAA judges aa's text: its exit status is 0 either way.
func judgeAA(doing, name, text string) error {
	if answered(name, text, nil) {
		return nil
	}
	failed := &StartError{Doing: doing}
	if m := aaCode.FindStringSubmatch(text); m != nil {
		failed.Code, _ = strconv.Atoi(m[1])
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if _, message, ok := strings.Cut(line, "Error Message:"); ok {
			failed.Message = excerpt(message)
			break
		}
		if strings.HasPrefix(line, "error:") && failed.Message == "" {
			failed.Message = excerpt(strings.TrimPrefix(line, "error:"))
		}
	}
	if failed.Code == 0 && failed.Message == "" {
		return newOutputError(doing, strings.Join(rowOf(name).Command[:2], " "), text, nil)
	}
	return failed
}
