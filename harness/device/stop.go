// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
)

// Stop is how an app came to have no process. The system's dumps show no
// difference, so all but Crashed are what this Device did itself.
type Stop string

// The stops.
const (
	// StopUnknown: nobody here did it. The system may have ended the process,
	// or a person, or it never ran.
	StopUnknown Stop = ""
	// StopKilled: Kill, the death of a process.
	StopKilled Stop = "killed"
	// StopForced: ForceStop, as the page of the app in the settings.
	StopForced Stop = "force-stopped"
	// StopSwiped: a person swiped it out of the recent apps; see AwaitSwipe.
	StopSwiped Stop = "swiped-out"
	// StopCleared: ClearData.
	StopCleared Stop = "data-cleared"
	// StopCrashed: the system wrote a fault log; see WaitGone.
	StopCrashed Stop = "crashed"
)

// setStop remembers how the app was stopped.
func (d *Device) setStop(how Stop) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stop = how
}

// lastStop returns how the app was stopped last. That a process runs again ends
// the memory.
func (d *Device) lastStop() Stop {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stop
}

// Recents swipes the app out of the recent apps. No way is known on any type of
// device in this version's fixtures.Methods, so the error is a *ManualError
// around a *NoMethodError: a person swipes, and AwaitSwipe waits for it.
func (d *Device) Recents(ctx context.Context) error {
	if err := d.needApp("swipe the app out of the recent apps"); err != nil {
		return err
	}
	row, err := d.Method(fixtures.ActionRecents)
	if err == nil {
		err = fmt.Errorf("this version cannot do %q", row.How)
	}
	return &ManualError{
		What: "swipe " + d.app.Bundle + " out of the recent apps", Why: err.Error(),
		Do: "open the recent apps on the device and swipe it out", Err: err,
	}
}

// AwaitSwipe waits, as long as ctx lasts, until a person has swiped the app out
// of the recent apps: until it has neither a process nor an ability that is
// listed. That it was a swipe is the person's word; Stop of the State says so
// from then on.
func (d *Device) AwaitSwipe(ctx context.Context) error {
	const doing = "wait until the app is swiped out"
	if err := d.needApp(doing); err != nil {
		return err
	}
	err := poll(ctx, swipeLimit, func(ctx context.Context) (bool, error) {
		abilities, err := d.abilities(ctx, doing)
		if err != nil || len(abilities) > 0 {
			return false, err
		}
		pids, err := d.pids(ctx)
		return len(pids) == 0, err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.setStop(StopSwiped)
	return nil
}

// ClearData removes the app's data, as the button of that name in the settings,
// which ends the app's processes (claim device.clear.stops). With the data go
// its AAID and its Push Token (claim pushservice.clear.token): what was sent to
// the old token does not arrive, and the app has to fetch and report a new one.
//
// Errors: *NotOfferedError without developer mode, *NotInstalledError, and
// *OutputError.
func (d *Device) ClearData(ctx context.Context) error {
	if err := d.needApp("clear the app's data"); err != nil {
		return err
	}
	if _, err := d.Method(fixtures.ActionClearData); err != nil {
		return err
	}
	doing := "clear the data of " + d.app.Bundle
	text, err := d.do(ctx, "bm.clean-data", map[string]string{"bundle": d.app.Bundle})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if answered("bm.clean-data", text, nil) {
		d.setStop(StopCleared)
		return nil
	}
	if here, err := d.Installed(ctx, d.app.Bundle); err == nil && !here.Found {
		return fmt.Errorf("%s: %w", doing, &NotInstalledError{Key: d.key, Bundle: d.app.Bundle})
	}
	return newOutputError(doing, "bm clean", text, nil)
}
