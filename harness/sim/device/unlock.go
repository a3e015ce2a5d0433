// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "github.com/pushproof/pushproof/harness/sim"

// maxLockedAway bounds the messages that wait for the first unlocking.
const maxLockedAway = 256

// SwitchUser brings another user of the system to the front, or the one of the
// apps back: messages are for the latter (receipt 22).
func (d *Device) SwitchUser(other bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.otherUser = other
	d.notify()
}

// notNow says why no message of any kind is dealt with, or Delivered; d.mu is
// held. Before the first unlocking after a start the apps' data cannot be read:
// that this holds for all kinds is claim kinds.boot.locked. Whether the message
// comes later is not documented: Options.KeepLocked says.
func (d *Device) notNow(m sim.Message) sim.Receipt {
	switch {
	case d.otherUser:
		return sim.WrongUser
	case d.boot.locked:
		if d.opts.KeepLocked && len(d.lockedAway) < maxLockedAway {
			d.lockedAway = append(d.lockedAway, m)
		}
		d.systemLog("W", "PushService", "message "+m.RequestID+": not unlocked since the start")
		return sim.Locked
	}
	return sim.Delivered
}

// unlocked notes that the screen was unlocked, and deals with what waited for
// it; d.mu is held.
func (d *Device) unlocked() {
	d.boot.locked = false
	waiting := d.lockedAway
	d.lockedAway = nil
	if len(waiting) == 0 {
		return
	}
	d.goRun(func() {
		for _, m := range waiting {
			d.Deliver(d.ctx, m)
		}
	})
}
