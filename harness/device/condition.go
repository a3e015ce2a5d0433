// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// ConditionKind is what a condition is about.
type ConditionKind string

// The kinds.
const (
	// ConditionNetwork is how bad the network is.
	ConditionNetwork ConditionKind = "network"
	// ConditionScreen is whether the display is on.
	ConditionScreen ConditionKind = "screen"
	// ConditionLock is whether the lock screen is up.
	ConditionLock ConditionKind = "lock"
	// ConditionDate is what the clock shows.
	ConditionDate ConditionKind = "date"
)

// Values of conditions. The network also takes those of
// fixtures.NetworkScenarios and NetworkNumbers.Value; the date takes DateFormat.
const (
	NetworkOffline = "offline"
	ScreenOn       = "on"
	ScreenOff      = "off"
	Locked         = "locked"
	Unlocked       = "unlocked"
)

// DateFormat is the form of a date's value, in the device's local time.
const DateFormat = time.DateTime

// Condition is something about a device that may alter what becomes of a push.
type Condition struct {
	Kind  ConditionKind `json:"kind"`
	Value string        `json:"value"`
}

// String is the condition as ParseCondition reads it.
func (c Condition) String() string { return string(c.Kind) + "=" + c.Value }

// ConditionError says that a condition is none. Nothing was tried.
type ConditionError struct {
	Condition Condition
	Why       string
}

// Error implements error.
func (e *ConditionError) Error() string {
	return fmt.Sprintf("condition %q: %s", e.Condition, e.Why)
}

// ParseCondition reads KIND=VALUE, such as network=metro; the error is a
// *ConditionError.
func ParseCondition(text string) (Condition, error) {
	kind, value, ok := strings.Cut(text, "=")
	c := Condition{Kind: ConditionKind(kind), Value: value}
	if !ok {
		return c, &ConditionError{c, "a condition is KIND=VALUE, such as network=metro"}
	}
	return c, c.Check()
}

// Conditions returns every condition whose value is a word.
func Conditions() []Condition {
	var all []Condition
	for _, row := range fixtures.NetworkScenarios() {
		all = append(all, Condition{ConditionNetwork, row.Value})
	}
	return append(all, Condition{ConditionNetwork, NetworkOffline},
		Condition{ConditionScreen, ScreenOn}, Condition{ConditionScreen, ScreenOff},
		Condition{ConditionLock, Locked}, Condition{ConditionLock, Unlocked})
}

// Check refuses a kind or a value that is none; the error is a
// *ConditionError.
func (c Condition) Check() error {
	if slices.Contains(Conditions(), c) {
		return nil
	}
	switch {
	case c.Kind == ConditionDate:
		if _, err := time.Parse(DateFormat, c.Value); err != nil {
			return &ConditionError{c, "a date is the device's local time, such as 2026-12-31 23:59:00"}
		}
		return nil
	case c.Kind == ConditionNetwork && strings.HasPrefix(c.Value, networkCustom):
		_, err := ParseNetwork(c.Value)
		return err
	}
	var kinds, values []string
	for _, known := range Conditions() {
		if !slices.Contains(kinds, string(known.Kind)) {
			kinds = append(kinds, string(known.Kind))
		}
		if known.Kind == c.Kind {
			values = append(values, known.Value)
		}
	}
	if values == nil {
		return &ConditionError{c, "its kind is none of " + strings.Join(append(kinds, string(ConditionDate)), ", ")}
	}
	if c.Kind == ConditionNetwork {
		values = append(values, NetworkNumbers{}.Value())
	}
	return &ConditionError{c, "its value is none of " + strings.Join(values, ", ")}
}

// Action is the row of fixtures.Methods by which the condition is made: a cell
// whose action is not known on a type of device is not planned there.
func (c Condition) Action() fixtures.Action {
	switch {
	case c.Kind == ConditionNetwork && c.Value == NetworkOffline:
		return fixtures.ActionOffline
	case c.Kind == ConditionNetwork:
		return fixtures.ActionNetwork
	case c.Kind == ConditionDate:
		return fixtures.ActionDate
	case c.Value == ScreenOff:
		return fixtures.ActionScreenOff
	case c.Value == ScreenOn:
		return fixtures.ActionKeepOn
	case c.Value == Locked:
		return fixtures.ActionLock
	}
	return fixtures.ActionUnlock
}

// Restore takes one condition back.
type Restore struct {
	d    *Device
	name string
}

// Undo takes it back as RestoreAll would, if that has not happened; other
// conditions stay. The error is a *RestoreError.
func (r *Restore) Undo(ctx context.Context) error { return r.d.restore(ctx, r.name) }

// String names what Undo takes back.
func (r *Restore) String() string { return r.name }

// SetCondition brings the condition about. How it is taken back is remembered
// first, so RestoreAll also takes back what a SetCondition that failed has
// done. A second condition of the same kind takes the place of the first, and
// what was before both is restored.
//
// Errors beside those of the shell, all before anything is changed:
// *ConditionError, *NoMethodError on a type of device on which no way is
// known, *NotOfferedError where this firmware lacks it, and *ManualError where
// a person must do it. An *OutputError or a *ManualError may also come
// half-way.
func (d *Device) SetCondition(ctx context.Context, c Condition) (*Restore, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	set, name := d.conditionSetter(c)
	if err := set(ctx); err != nil {
		return nil, fmt.Errorf("set %s on %s: %w", c, d.key, err)
	}
	return &Restore{d, name}, nil
}

// conditionSetter returns what makes a checked condition, and the name under
// which its undo is remembered.
func (d *Device) conditionSetter(c Condition) (set func(context.Context) error, name string) {
	switch c.Action() {
	case fixtures.ActionScreenOff:
		return d.ScreenOff, changedDisplay
	case fixtures.ActionKeepOn:
		return d.KeepScreenOn, changedTimeout
	case fixtures.ActionLock:
		return d.Lock, changedLock
	case fixtures.ActionUnlock:
		return d.unlockForNow, changedLock
	case fixtures.ActionDate:
		return func(ctx context.Context) error { return d.setDate(ctx, c.Value) }, changedDate
	case fixtures.ActionOffline:
		return d.goOffline, changedNetwork
	}
	return func(ctx context.Context) error { return d.setNetwork(ctx, c.Value) }, changedNetwork
}
