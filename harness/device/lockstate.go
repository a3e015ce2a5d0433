// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// LockReading is what the device says of its lock screen.
type LockReading struct {
	// Known is unset where the device says nothing of it; Why says why.
	Known bool `json:"known"`
	// Locked is set while the lock screen is up.
	Locked bool `json:"locked"`
	// Source is what said so: "ScreenlockService" or "window list".
	Source string `json:"source,omitempty"`
	Why    string `json:"why,omitempty"`
}

// String prints it as a failure shows it.
func (r LockReading) String() string {
	switch {
	case !r.Known:
		return "not known to be locked or not: " + r.Why
	case r.Locked:
		return "locked, by the " + r.Source
	}
	return "not locked, by the " + r.Source
}

// LockState reads whether the lock screen is up: from the dump of
// ScreenlockService, which some firmware lacks, else from the list of windows.
// It disturbs nothing. Where neither tells, Known is unset; the error is that of
// a shell that could not be asked. (Claims device.lock.dump and
// device.windows.names.)
func (d *Device) LockState(ctx context.Context) (LockReading, error) {
	const doing = "read the lock state"
	text, err := d.dump(ctx, "lock.dump", nil)
	none := (*NotOfferedError)(nil)
	why := ""
	switch {
	case errors.As(err, &none):
		why = none.Why
	case err != nil:
		return LockReading{}, fmt.Errorf("%s: %w", doing, err)
	default:
		if locked, ok := parseLock(text); ok {
			return LockReading{Known: true, Locked: locked, Source: "ScreenlockService"}, nil
		}
		why = "its dump has no line screenLocked"
	}
	windows, err := d.allWindows(ctx)
	switch bad := (*OutputError)(nil); {
	case errors.As(err, &none), errors.As(err, &bad):
		return LockReading{Why: fmt.Sprintf("ScreenlockService: %s; %s", why, missing(err))}, nil
	case err != nil:
		return LockReading{}, fmt.Errorf("%s: %w", doing, err)
	}
	reading := lockByWindows(windows)
	if !reading.Known {
		reading.Why = fmt.Sprintf("ScreenlockService: %s; %s", why, reading.Why)
	}
	return reading, nil
}

// lockByWindows tells from the lock screen's window. A list without one, on a
// TV or with other names, tells nothing.
func lockByWindows(windows []Window) LockReading {
	r := LockReading{Why: "the list of windows has no lock screen"}
	for _, w := range windows {
		if w.Place() == PlaceLockScreen {
			r = LockReading{Known: true, Locked: r.Locked || w.Visible, Source: "window list"}
		}
	}
	return r
}

// parseLock reads `* screenLocked  		false		100` of the dump. The last column is
// the user in newer versions and a description in older ones; where there are
// several users, the first one's line counts, which is the one in front.
func parseLock(text string) (locked, ok bool) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) >= 3 && fields[0] == "*" && fields[1] == "screenLocked" && (fields[2] == "true" || fields[2] == "false") {
			return fields[2] == "true", true
		}
	}
	return false, false
}

// PowerReading is what the device says of its power state.
type PowerReading struct {
	// State is the system's word: AWAKE, INACTIVE, SLEEP, ...
	State string `json:"state"`
	// Awake is set while the display is on.
	Awake bool `json:"awake"`
}

// PowerState reads the power state from the dump of PowerManagerService. It
// wakes nothing. The error is a *NotOfferedError, an *OutputError, or the
// shell's. (Claim device.power.dump.)
func (d *Device) PowerState(ctx context.Context) (PowerReading, error) {
	const doing = "read the power state"
	text, err := d.dump(ctx, "power.dump", nil)
	if err != nil {
		return PowerReading{}, fmt.Errorf("%s: %w", doing, err)
	}
	state, ok := parsePower(text)
	if !ok {
		return PowerReading{}, newOutputError(doing, "hidumper -s PowerManagerService", text, nil)
	}
	return PowerReading{State: state, Awake: state == "AWAKE"}, nil
}

// parsePower reads `Current State: AWAKE  Reason: 1  Time: 2`.
func parsePower(text string) (state string, ok bool) {
	_, rest, found := strings.Cut(text, "Current State: ")
	word, _, _ := strings.Cut(rest, " ")
	word = strings.TrimSpace(word)
	if !found || word == "" || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return "", false
	}
	return word, true
}
