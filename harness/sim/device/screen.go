// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"slices"
)

// screen is what the user sees apart from apps; d.mu guards it.
type screen struct {
	on bool
	// locked is the one home of the lock: the lock's service, the window list
	// and the UI tree read it here.
	locked bool
	// shade is set while the notification centre is open.
	shade bool
}

// touch reports whether the device has a touch screen.
func (d *Device) touch() bool { return d.opts.Profile.DeviceType != "tv" }

// SetLocked locks or unlocks the screen, as the device's user does who knows
// the PIN.
func (d *Device) SetLocked(locked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screen.locked = locked
	d.screen.shade = d.screen.shade && !locked
	if !locked {
		d.unlocked()
	}
	d.notify()
}

// SetPIN sets or removes the PIN of the lock screen. With one a swipe does not
// unlock: claim device.unlock.swipe. A PIN outlasts Reboot, which then ends on the
// lock screen.
func (d *Device) SetPIN(set bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pin = set
	d.notify()
}

// wakeUp turns the screen on.
func (d *Device) wakeUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screen.on = true
	d.notify()
}

// sleep turns the screen off, which locks it.
func (d *Device) sleep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screen = screen{on: false, locked: true}
	d.notify()
}

// click touches the screen: whatever clickable node is topmost there reacts.
// A screen without touch, or a place where nothing is, stays as it is.
func (d *Device) click(ctx context.Context, x, y int) error {
	if !d.touch() {
		return nil
	}
	d.mu.Lock()
	hit := d.tree().hit(x, y)
	if hit == nil {
		d.mu.Unlock()
		return nil
	}
	if hit.answer != nil {
		d.answerDialog(*hit.answer)
		d.mu.Unlock()
		return nil
	}
	d.mu.Unlock()
	var err error
	switch {
	case hit.notification != nil:
		err = d.tap(ctx, hit.notification)
	case hit.call != nil:
		err = d.ActOnCall(ctx, hit.call.id, hit.call.event)
	case hit.launch != nil:
		err = d.startHome(ctx, hit.launch)
	}
	if err != nil {
		// Whoever taps learns nothing of an app that does not start.
		d.log.Warn("a tap started nothing", "error", err)
	}
	return ctx.Err()
}

// swipe knows the gestures that are known for a phone or tablet: down from the
// left part of the upper edge opens the notification centre, up closes it, and
// up from below leaves a lock screen without PIN. Claims device.shade.swipe
// and device.unlock.swipe. Nothing is known of other types: nothing happens.
func (d *Device) swipe(x1, y1, x2, y2 int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.opts.Profile
	if !slices.Contains([]string{"phone", "tablet"}, p.DeviceType) || !d.screen.on {
		return
	}
	long := p.Height / 5
	switch {
	case d.screen.locked:
		if !d.pin && y1-y2 >= 2*long && y1 > p.Height/2 {
			d.screen.locked = false
			d.unlocked()
		}
	case !d.screen.shade && y1 <= p.Height/20 && y2-y1 >= long && x1 < p.Width/2:
		d.screen.shade = true
		d.banner.of = nil
	case d.screen.shade && y1-y2 >= long:
		d.screen.shade = false
	}
	d.notify()
}

// key presses a key: Home, Back or Power.
func (d *Device) key(ctx context.Context, name string) error {
	switch name {
	case "Home":
		// On a PC the window stays on the desktop: claim device.home.background
		// leaves it out.
		if d.opts.Profile.DeviceType != "2in1" && !d.isLocked() {
			return d.home(ctx)
		}
	case "Back":
		if d.closeShade() || d.isLocked() {
			return nil
		}
		if d.opts.Profile.DeviceType != "2in1" {
			return d.home(ctx)
		}
	case "Power":
		d.mu.Lock()
		on := d.screen.on
		d.mu.Unlock()
		if on {
			d.sleep()
		} else {
			d.wakeUp()
		}
	}
	return nil
}

func (d *Device) isLocked() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.locked || !d.screen.on
}

// closeShade reports whether a dialog or the shade took the key.
func (d *Device) closeShade() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.screen.shade {
		d.screen.shade = false
		d.notify()
		return true
	}
	return d.dialogVisible()
}
