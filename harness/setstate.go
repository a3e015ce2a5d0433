// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hub"
)

// State is the app's state when a push lands.
type State = device.AppState

// The states of the matrix. The last three are told from the others by what was
// done: the system's dumps show an app that has no process, or one in the
// background.
const (
	Foreground = device.Foreground
	Background = device.Background
	// Stopped: its process was killed, as the system does when memory is short.
	Stopped = device.Stopped
	// ForceStopped: it ran, and was stopped as its page in the settings does.
	ForceStopped State = "force-stopped"
	// SwipedOut: it ran, and was swiped out of the recent apps.
	SwipedOut State = "swiped-out"
	// Locked: it runs in the background, and the lock screen is up.
	Locked State = "locked"
)

// States lists them.
func States() []State {
	return []State{Foreground, Background, Stopped, ForceStopped, SwipedOut, Locked}
}

// In reports whether what was read of an app is that state.
func In(read device.State, want State) bool {
	switch want {
	case Stopped:
		return read.App == device.Stopped && read.Stop != device.StopForced && read.Stop != device.StopSwiped
	case ForceStopped:
		return read.App == device.Stopped && read.Stop == device.StopForced
	case SwipedOut:
		return read.App == device.Stopped && read.Stop == device.StopSwiped
	case Locked:
		return read.App == device.Background && read.Locked
	case Background:
		return read.App == device.Background && !read.Locked
	}
	return read.App == want
}

// SetState brings the app into a state and makes sure that it is in it. An app
// that has to run before is started.
//
// The error is a *device.ManualError for what only a person can do, such as a
// swipe out of the recent apps, a *device.NoMethodError where no way is known on
// this type of device, or a *device.StateError.
func (d *Device) SetState(ctx context.Context, want State) error {
	if !slices.Contains(States(), want) {
		return fmt.Errorf("bring the app into state %q: the states are %v", want, States())
	}
	now, err := d.drv.State(ctx)
	if err != nil {
		return err
	}
	if In(now, want) {
		return nil
	}
	if want != Locked {
		if err := d.unlock(ctx, now.Locked); err != nil {
			return err
		}
	}
	if want != Foreground && now.App == device.Stopped {
		if err := d.Foreground(ctx); err != nil {
			return err
		}
	}
	seen := want
	switch want {
	case Foreground:
		return d.Foreground(ctx)
	case Background:
		err = d.drv.Home(ctx)
	case Stopped:
		err = d.end(ctx, d.drv.Kill)
	case ForceStopped:
		seen, err = device.Stopped, d.end(ctx, d.drv.ForceStop)
	case SwipedOut:
		seen, err = device.Stopped, d.end(ctx, d.drv.Recents)
	case Locked:
		seen, err = device.Background, d.lock(ctx)
	}
	if err != nil {
		return err
	}
	_, err = d.drv.Await(ctx, seen)
	return err
}

// end ends the app's process and waits until the hub has noticed: a link that
// only looks alive would be asked for what the next process should say.
func (d *Device) end(ctx context.Context, how func(context.Context) error) error {
	if err := how(ctx); err != nil {
		return err
	}
	return d.awaitLink(ctx, false)
}

// lock sends the app into the background, and puts the lock screen up.
func (d *Device) lock(ctx context.Context) error {
	if err := d.drv.Home(ctx); err != nil {
		return err
	}
	if _, err := d.drv.Await(ctx, device.Background); err != nil {
		return err
	}
	restore, err := d.drv.SetCondition(ctx, device.Condition{Kind: device.ConditionLock, Value: device.Locked})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.unlocker = restore
	d.mu.Unlock()
	reading, err := d.drv.LockState(ctx)
	if err == nil && !reading.Known {
		err = &device.ManualError{What: "lock the device", Why: reading.String(),
			Do: "lock it by hand, send the push, and look at the lock screen"}
	}
	return err
}

// unlock leaves the lock screen: the one that lock put up, or, where it is up,
// somebody else's, which Session.Close puts up again.
func (d *Device) unlock(ctx context.Context, up bool) error {
	d.mu.Lock()
	restore := d.unlocker
	d.mu.Unlock()
	if restore == nil && up {
		_, err := d.drv.SetCondition(ctx, device.Condition{Kind: device.ConditionLock, Value: device.Unlocked})
		return err
	}
	if restore == nil {
		return nil
	}
	if err := restore.Undo(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	d.unlocker = nil
	d.mu.Unlock()
	return nil
}

// underLock reports whether lock put the lock screen up.
func (d *Device) underLock() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unlocker != nil
}

// Foreground brings the app to the front, starting it if need be, and waits
// until its agent, if it ever had one, is there to answer. A lock screen is left
// before.
func (d *Device) Foreground(ctx context.Context) error {
	if err := d.unlock(ctx, false); err != nil {
		return err
	}
	err := d.drv.BringForward(ctx)
	var refused *device.StartError
	if errors.As(err, &refused) && refused.Locked() {
		if err = d.unlock(ctx, true); err == nil {
			err = d.drv.BringForward(ctx)
		}
	}
	if err != nil {
		return err
	}
	if _, err := d.drv.Await(ctx, Foreground); err != nil {
		return err
	}
	return d.awaitLink(ctx, true)
}

// awaitLink waits until the main process's agent is connected, or is not. There
// is nothing to wait for where none was ever heard of.
func (d *Device) awaitLink(ctx context.Context, connected bool) error {
	d.mu.Lock()
	heard := d.heard
	d.mu.Unlock()
	if !heard {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, time.Duration(d.s.cfg.Connect))
	defer cancel()
	_, err := d.s.hub.WaitAgent(wait, d.Key(), wire.RoleMain, func(a hub.Agent) bool { return a.Connected == connected })
	if err != nil {
		return fmt.Errorf("wait for the agent after the app changed its state: %w", err)
	}
	return nil
}
