// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
)

// Lock puts the lock screen up by turning the display off, waits at most 10 s
// until the device says that it is locked, and leaves the display off: a
// message then lights it. Where the device does not say whether it is locked
// (LockState), nil means only that its display went off. RestoreAll unlocks
// it.
//
// A device that says that it is not locked is a *ManualError: its settings
// delay the lock, or have none. (Claims device.lock.suspend and
// device.lock.dump.)
func (d *Device) Lock(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionLock); err != nil {
		return err
	}
	if d.Profile().Emulator {
		return &ManualError{What: "lock the device", Why: "an emulator's display stays on, and so it is not locked (Emulator guide)", Do: "use a real device"}
	}
	if err := d.onRestore(changedLock, manually("unlock the device", "unlock it by hand", d.Unlock)); err != nil {
		return err
	}
	if err := d.suspend(ctx); err != nil {
		return err
	}
	d.setShade(false)
	last, err := d.awaitLock(ctx, true)
	if err != nil || !last.Known || last.Locked {
		return err
	}
	return &ManualError{What: "lock the device", Why: "the display is off, and the device says that it is " + last.String(),
		Do: "set it to lock at once when the display goes off (Settings > Biometrics & password, and Settings > Display > Sleep)"}
}

// Unlock wakes the display, swipes the lock screen away, and waits at most 10 s
// until the device says that it is unlocked. One that stays locked has a PIN, a
// password or a pattern: that is a *ManualError. Where the device does not say
// whether it is locked (LockState), nil means only that a swipe was made; the
// next Start then says so. (Claims device.unlock.swipe and device.lock.dump.)
func (d *Device) Unlock(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionUnlock); err != nil {
		return err
	}
	if err := d.Wake(ctx); err != nil {
		return err
	}
	s, err := d.screenSize(ctx)
	if err != nil {
		return err
	}
	x := s.Center().X
	if err := d.swipe(ctx, "swipe the lock screen away",
		Point{x, s.Top + s.Height()*8/10}, Point{x, s.Top + s.Height()*2/10}, unlockSpeed); err != nil {
		return err
	}
	last, err := d.awaitLock(ctx, false)
	if err != nil || !last.Known || !last.Locked {
		return err
	}
	return &ManualError{What: "unlock the device",
		Why: "it is still " + last.String() + ", after the swipe: it has a PIN, a password or a pattern",
		Do:  "unlock it by hand now, and for a run of many cells remove the lock (Settings > Biometrics & password)"}
}

// unlockForNow unlocks a device; one that was locked is locked again by
// RestoreAll.
func (d *Device) unlockForNow(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionUnlock); err != nil {
		return err
	}
	before, err := d.LockState(ctx)
	if err != nil {
		return err
	}
	if before.Locked {
		if err := d.onRestore(changedLock, manually("lock the device", "press its power key", d.suspend)); err != nil {
			return err
		}
	}
	return d.Unlock(ctx)
}

// awaitLock reads the lock state until it is the wanted one or not known, and
// returns the last one.
func (d *Device) awaitLock(ctx context.Context, locked bool) (LockReading, error) {
	var last LockReading
	err := poll(ctx, settleLimit, func(ctx context.Context) (bool, error) {
		got, err := d.LockState(ctx)
		if err != nil {
			return false, err
		}
		last = got
		return !got.Known || got.Locked == locked, nil
	})
	if ended := (*waitError)(nil); errors.As(err, &ended) {
		if ctx.Err() == nil {
			return last, nil // 10 s of the other state
		}
		return last, fmt.Errorf("wait for the lock screen: %w", ended.cause)
	}
	return last, err
}
