// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// What is changed about the display, as RestoreError.What.
const (
	changedDisplay = "the display"
	changedTimeout = "the time after which the display goes off"
	changedLock    = "the lock screen"
)

// keepOnFor is the time after which the display goes off while it is kept on:
// longer than any run.
const keepOnFor = 24 * time.Hour

// ScreenOff turns the display off; RestoreAll turns it on. On a device that
// locks then, see Lock and Unlock. (Claims device.screen.suspend and
// device.emulator.screen.)
func (d *Device) ScreenOff(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionScreenOff); err != nil {
		return err
	}
	if d.Profile().Emulator {
		return &ManualError{What: "turn the display off", Why: "an emulator's display stays on (Emulator guide)", Do: "use a real device"}
	}
	before, err := d.LockState(ctx)
	if err != nil {
		return err
	}
	if err := d.onRestore(changedDisplay, manually("turn the display on",
		"press the device's power key, or type: hdc -t "+d.key+" shell power-shell wakeup",
		func(ctx context.Context) error { return d.wakeAgain(ctx, before) })); err != nil {
		return err
	}
	return d.suspend(ctx)
}

func (d *Device) suspend(ctx context.Context) error {
	return d.say(ctx, "turn the display off", "power.suspend", nil)
}

// wakeAgain turns the display on, and leaves a lock screen that only its going
// off has put up.
func (d *Device) wakeAgain(ctx context.Context, before LockReading) error {
	if err := d.Wake(ctx); err != nil {
		return err
	}
	if !before.Known || before.Locked {
		return nil
	}
	now, err := d.LockState(ctx)
	if err != nil || !now.Locked {
		return err
	}
	return d.Unlock(ctx)
}

// KeepScreenOn turns the display on and keeps it on until RestoreAll: by the
// time after which it goes off, and in developer mode also by the power
// manager, which does not say whether it does. (Claims device.screen.timeout
// and device.screen.keep.)
func (d *Device) KeepScreenOn(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionKeepOn); err != nil {
		return err
	}
	if err := d.onRestore(changedTimeout, manually("restore "+changedTimeout,
		"type: hdc -t "+d.key+" shell power-shell timeout -r, or restart the device", d.restoreTimeout)); err != nil {
		return err
	}
	if err := d.Wake(ctx); err != nil {
		return err
	}
	ms := strconv.FormatInt(keepOnFor.Milliseconds(), 10)
	if err := d.say(ctx, "keep the display on", "power.timeout", map[string]string{"ms": ms}); err != nil {
		return err
	}
	return offeredOnly(d.do(ctx, "power.keep-on", nil))
}

// restoreTimeout takes both back, and the first one also where the second
// fails.
func (d *Device) restoreTimeout(ctx context.Context) error {
	return errors.Join(
		offeredOnly(d.do(ctx, "power.keep-on-end", nil)),
		d.say(ctx, "restore "+changedTimeout, "power.timeout-restore", nil))
}

// offeredOnly forgives a command that the device does not offer.
func offeredOnly(_ string, err error) error {
	if absent := (*NotOfferedError)(nil); errors.As(err, &absent) {
		return nil
	}
	return err
}

// say runs a row's command and wants one of its answers.
func (d *Device) say(ctx context.Context, doing, name string, args map[string]string) error {
	text, err := d.do(ctx, name, args)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if !answered(name, text, args) {
		return newOutputError(doing, rowOf(name).Tool, text, nil)
	}
	return nil
}
