// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
)

// AppState is the app's state as the matrix counts states.
type AppState string

// The states.
const (
	// Foreground: the process runs and one of its abilities is in front.
	Foreground AppState = "foreground"
	// Background: the process runs, suspended or not, and none is in front.
	Background AppState = "background"
	// Stopped: there is no process. What was seen cannot tell why; Stop tells
	// what this Device did.
	Stopped AppState = "stopped"
)

// State is the app's state when it was read.
type State struct {
	App AppState `json:"app"`
	// PID is the main process's id, 0 when stopped.
	PID int `json:"pid,omitempty"`
	// Ability is the system's word for the most visible ability's state, such
	// as FOREGROUND; "" where the system lists no ability of the app.
	Ability string `json:"ability,omitempty"`
	// Process is the system's word for the process's state, such as SUSPENDED.
	Process string `json:"process,omitempty"`
	// Stop is how this Device stopped the app, where it is stopped.
	Stop Stop `json:"stop,omitempty"`
	// Locked is set where the app runs and the lock screen is up, as far as the
	// device tells (LockState). Whether an app that was in front then counts as
	// in the foreground is the system's to say.
	Locked bool `json:"locked,omitempty"`

	pids []int
}

// String prints the state as a failure shows it.
func (s State) String() string {
	text := string(s.App)
	if s.PID != 0 {
		text += fmt.Sprintf(" (pid %d", s.PID)
		if s.Ability != "" {
			text += fmt.Sprintf(", ability %s, process %s", s.Ability, s.Process)
		}
		text += ")"
	}
	if s.Locked {
		text += ", under the lock screen"
	}
	if s.Stop != StopUnknown {
		text += ", " + string(s.Stop)
	}
	return text
}

// StateError says that the app did not come into a state.
type StateError struct {
	Bundle string
	Want   AppState
	Got    State
	Err    error
}

// Error implements error.
func (e *StateError) Error() string {
	return fmt.Sprintf("%s is %s, not %s: %v; look at the device: a dialog, another app or the lock screen may be in front",
		e.Bundle, e.Got, e.Want, e.Err)
}

// Unwrap returns the cause.
func (e *StateError) Unwrap() error { return e.Err }

// State reads the app's state: abilities by `aa dump -l`, processes by pidof,
// and of an app that runs the lock screen, where the device tells (see
// LockState). It disturbs nothing. They are not read at the same instant; an
// app that is changing may show either state. (Claims device.dump.state and
// device.dump.process.)
func (d *Device) State(ctx context.Context) (State, error) {
	const doing = "read the app's state"
	if err := d.needApp(doing); err != nil {
		return State{}, err
	}
	abilities, err := d.abilities(ctx, doing)
	if err != nil {
		return State{}, err
	}
	pids, err := d.pids(ctx)
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", doing, err)
	}
	state := judgeState(abilities, pids)
	if state.App == Stopped {
		state.Stop = d.lastStop()
		return state, nil
	}
	d.setStop(StopUnknown)
	lock, err := d.LockState(ctx)
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", doing, err)
	}
	state.Locked = lock.Locked
	return state, nil
}

// abilities reads the app's abilities that the system lists.
func (d *Device) abilities(ctx context.Context, doing string) ([]ability, error) {
	dump, err := d.do(ctx, "aa.dump-missions", nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	abilities, known := parseAbilities(dump, d.app.Bundle)
	if !known {
		return nil, newOutputError(doing, "aa dump", dump, nil)
	}
	return abilities, nil
}

// Await reads the state until it is the wanted one, for at most 10 s, and
// returns the last one read. The error is a *StateError when it was another
// one to the end.
func (d *Device) Await(ctx context.Context, want AppState) (State, error) {
	var last State
	err := poll(ctx, settleLimit, func(ctx context.Context) (bool, error) {
		got, err := d.State(ctx)
		if err != nil {
			return false, err
		}
		last = got
		return got.App == want, nil
	})
	if ended := (*waitError)(nil); errors.As(err, &ended) {
		return last, &StateError{Bundle: d.app.Bundle, Want: want, Got: last, Err: ended.cause}
	}
	return last, err
}

func (d *Device) pids(ctx context.Context) ([]int, error) {
	text, err := d.do(ctx, "process.pidof", map[string]string{"bundle": d.app.Bundle})
	if err != nil {
		return nil, err
	}
	pids, err := parsePIDs(text)
	if err != nil {
		return nil, newOutputError("look for the app's process", "pidof", text, err)
	}
	return pids, nil
}

// judgeState joins both readings. No process means stopped, whatever missions
// are still listed. An ability that is on its way counts as being where it
// comes from, so that a caller who waits for a state waits for its arrival.
func judgeState(abilities []ability, pids []int) State {
	if len(pids) == 0 {
		return State{App: Stopped}
	}
	s := State{App: Background, PID: pids[0], pids: pids}
	for _, a := range abilities {
		front := a.state == "FOREGROUND" || a.state == "BACKGROUNDING"
		if s.Ability == "" || front && s.App != Foreground {
			s.Ability, s.Process = a.state, a.process
		}
		if front {
			s.App = Foreground
		}
	}
	return s
}
