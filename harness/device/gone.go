// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// goneLimit bounds WaitGone where the context has no earlier end.
	goneLimit = 10 * time.Minute
	// swipeLimit bounds AwaitSwipe likewise.
	swipeLimit = 10 * time.Minute
	// faultLimit bounds the wait for the log of a crash, which the system
	// writes after the process's end.
	faultLimit = 2 * time.Second
)

// Death is the end of a process.
type Death struct {
	PID int `json:"pid"`
	// How says what ended it, as far as that is known.
	How Stop `json:"how,omitempty"`
	// FaultLog is the name of the system's log of the crash, which tells more:
	// hdc file recv fetches it from /data/log/faultlog/faultlogger.
	FaultLog string `json:"faultLog,omitempty"`
}

// String names the death as a failure shows it.
func (d Death) String() string {
	how := string(d.How)
	if d.How == StopUnknown {
		how = "ended, and what ended it is not known"
	}
	if d.FaultLog != "" {
		how += " (" + d.FaultLog + ")"
	}
	return fmt.Sprintf("process %d %s", d.PID, how)
}

// WaitGone waits until the app's process of that id is gone, for at most 10
// minutes: the device tells nobody, so it is asked again with growing pauses of
// at most half a second. How it ended is known where this Device did it, and
// where a fault log of the app appeared meanwhile (claim
// device.death.faultlog); a crash whose log the shell may not see is of
// unknown cause. A process that is gone already is a Death, too.
//
// The error is that of the shell, or of the context.
func (d *Device) WaitGone(ctx context.Context, pid int) (Death, error) {
	doing := fmt.Sprintf("wait for the end of process %d", pid)
	if err := d.needApp(doing); err != nil {
		return Death{}, err
	}
	before, legible, err := d.faultLogs(ctx)
	if err != nil {
		return Death{}, fmt.Errorf("%s: %w", doing, err)
	}
	err = poll(ctx, goneLimit, func(ctx context.Context) (bool, error) {
		pids, err := d.pids(ctx)
		return !slices.Contains(pids, pid), err
	})
	if err != nil {
		return Death{}, fmt.Errorf("%s: %w", doing, err)
	}
	death := Death{PID: pid, How: d.lastStop()}
	if death.How != StopUnknown && death.How != StopCrashed || !legible {
		return death, nil
	}
	err = poll(ctx, faultLimit, func(ctx context.Context) (bool, error) {
		after, _, err := d.faultLogs(ctx)
		for _, name := range after {
			if !slices.Contains(before, name) {
				death.FaultLog = name
			}
		}
		return death.FaultLog != "", err
	})
	if ended := (*waitError)(nil); err != nil && !errors.As(err, &ended) {
		return death, fmt.Errorf("%s: look for a fault log: %w", doing, err)
	}
	if death.FaultLog != "" {
		death.How = StopCrashed
		d.setStop(StopCrashed)
	}
	return death, nil
}

// faultLogs lists the app's fault logs. legible is false where the shell may
// not, or where there is no such folder.
func (d *Device) faultLogs(ctx context.Context) (names []string, legible bool, err error) {
	text, exit, err := d.doStatus(ctx, "faultlog.list", nil)
	if absent := (*NotOfferedError)(nil); errors.As(err, &absent) {
		return nil, false, nil
	}
	if err != nil || exit != 0 {
		return nil, false, err
	}
	return parseFaultLogs(text, d.app.Bundle), true, nil
}

// faultKinds begin the names of the logs of an app's own faults.
var faultKinds = []string{"appfreeze", "cppcrash", "jscrash"}

// parseFaultLogs picks an app's logs out of ls's names, sorted, each once.
func parseFaultLogs(text, bundle string) []string {
	var names []string
	for name := range strings.FieldsSeq(text) {
		kind, rest, _ := strings.Cut(name, "-")
		if slices.Contains(faultKinds, kind) && strings.HasPrefix(rest, bundle+"-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
