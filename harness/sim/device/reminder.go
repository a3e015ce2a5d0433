// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "time"

// The bits of a notification's reminder flags: how the user is told. Source:
// OpenHarmony, distributed_notification_service.
const (
	remindSound = 1 << iota
	remindLockScreen
	remindBanner
	remindLight
	remindVibration
	remindIcon

	remindAll = 1<<iota - 1
)

// flagsOf returns the flags of a category's notifications: with a banner for
// conversations only, since a user has to turn that on for the rest, and none
// where they go to the notification centre alone. Source: Push Kit, rights of
// scenarios; which bits the phone sets is claim device.slot.flags.
func flagsOf(category string) int {
	switch category {
	case "IM", "VOIP":
		return remindAll
	case "PLAY_VOICE":
		return remindAll &^ (remindBanner | remindSound)
	}
	if slotOf(category).silent {
		return 0
	}
	return remindAll &^ remindBanner
}

// bannerLife is how long (on the world's clock) a banner stays. Claim
// device.banner.window.
const bannerLife = 5 * time.Second

// banner is the notification that covers the upper edge of the screen for a
// while; d.mu guards it.
type banner struct {
	of    *notification
	until time.Time
}

// bannerShown returns the notification of the banner that is on the screen, or
// nil; d.mu is held.
func (d *Device) bannerShown() *notification {
	if d.banner.of == nil || d.screen.locked || !d.screen.on || d.screen.shade || !d.now().Before(d.banner.until) {
		return nil
	}
	return d.banner.of
}

// alertUser shows the banner of a new notification; d.mu is held. On a locked
// screen and under the open notification centre there is none.
func (d *Device) alertUser(n *notification) {
	if n.flags&remindBanner != 0 && d.screen.on && !d.screen.locked && !d.screen.shade {
		d.banner = banner{of: n, until: d.now().Add(bannerLife)}
	}
}
