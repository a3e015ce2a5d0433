// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"slices"
	"time"
)

// notification is one that the system shows; d.mu guards it.
type notification struct {
	app          *app
	id           int
	pushType     int // of the message
	appMessageID string
	title, text  string
	inbox        []string
	slot         slot
	// flags are its reminder flags.
	flags int
	badge int
	at    time.Time
	click target
	// view is set for a live view's.
	view *liveView
	// goneAt and reason say when and why it left the shade; the time is zero
	// while it is there.
	goneAt time.Time
	reason deletion
}

// deletion is why a notification left the shade, as dumps number it. Source:
// OpenHarmony, notification_constant.h.
type deletion int

const (
	deletedByClick    deletion = 1
	deletedByUser     deletion = 2
	deletedByApp      deletion = 8
	deletedByLimit    deletion = 11
	deletedBySwitch   deletion = 13
	deletedWithBundle deletion = 28
)

// show puts a notification into the shade by the rules of notifyId and
// appMessageId, and reports whether it was shown; d.mu is held.
func (d *Device) show(n *notification) bool {
	if n.appMessageID != "" {
		if at, seen := n.app.seen[n.appMessageID]; seen && d.now().Sub(at) < dedupFor {
			d.systemLog("E", "Ans", "Duplicate msg, no need to notify, key is "+n.key()+", appmessageId is "+n.appMessageID)
			return false
		}
		n.app.remember(n.appMessageID, d.now())
	}
	if n.id < 0 {
		// Ids that the system chooses are above those that apps use, so that
		// they never meet.
		d.ids.notification++
		n.id = 1<<31 - 1 - d.ids.notification
	}
	n.at = d.date()
	same := func(old *notification) bool { return old.app == n.app && old.id == n.id && old.view == nil }
	if d.banner.of != nil && same(d.banner.of) {
		d.banner.of = nil
	}
	d.shade = append([]*notification{n}, slices.DeleteFunc(d.shade, same)...)
	d.recent = append([]*notification{n}, slices.DeleteFunc(d.recent, same)...)
	d.recent = d.recent[:min(len(d.recent), maxRecent)]
	d.logPosted(n)
	d.alertUser(n)
	d.trim(n.app)
	d.notify()
	return true
}

// logPosted writes what the notification service notes of a new notification:
// from HarmonyOS 6 its key and flags as well. Source: OpenHarmony 6.1,
// distributed_notification_service; for other versions claim device.ans.log.
func (d *Device) logPosted(n *notification) {
	d.systemLog("I", "Ans", fmt.Sprintf("prepareNotificationInfo bundleName=%s,uid=%d", n.app.spec.Bundle, n.app.uid))
	if d.build.api < api60 {
		return
	}
	silent := 0
	if n.flags&(remindSound|remindBanner|remindVibration) == 0 {
		silent = 1
	}
	d.systemLog("I", "Ans", fmt.Sprintf("SetFlags-init,Key=%s flags=%d", n.key(), n.flags))
	d.systemLog("I", "Ans", fmt.Sprintf("SetFlags- HandleFlag Key=%s flags = %d class = %s silent = %d", n.key(), n.flags, n.slot.name, silent))
	d.systemLog("I", "Ans", fmt.Sprintf("CheckNeedSilent isNeedSilent:%d", silent))
}

// remember notes an appMessageId; the map stays bounded.
func (a *app) remember(id string, now time.Time) {
	if len(a.seen) >= maxDedup {
		oldest, at := "", now
		for id, t := range a.seen {
			if !t.After(at) {
				oldest, at = id, t
			}
		}
		delete(a.seen, oldest)
	}
	a.seen[id] = now
}

// trim drops the app's oldest notifications above the limit.
func (d *Device) trim(a *app) {
	count := 0
	d.withdraw(deletedByLimit, func(n *notification) bool {
		if n.app == a {
			count++
		}
		return n.app == a && count > maxPerApp
	})
}

// withdraw takes what fits from the shade, wherever it shows, and returns how
// many that were; d.mu is held.
func (d *Device) withdraw(why deletion, fits func(*notification) bool) int {
	before := len(d.shade)
	d.shade = slices.DeleteFunc(d.shade, func(n *notification) bool {
		if !fits(n) {
			return false
		}
		n.goneAt, n.reason = d.date(), why
		if d.banner.of == n {
			d.banner.of = nil
		}
		d.systemLog("I", "Ans", "CancelNotification key="+n.key())
		return true
	})
	if len(d.shade) != before {
		d.notify()
	}
	return before - len(d.shade)
}

// enable sets the notification switch of an app, as its user would; d.mu is
// held. What is shown leaves with the right to show it.
func (d *Device) enable(a *app, on bool) {
	a.kept.Asked, a.kept.Enabled = true, on
	if !on {
		d.withdraw(deletedBySwitch, func(n *notification) bool { return n.app == a })
	}
	d.save(a)
}

// key is how the log names a post of the push service. Source: OpenHarmony,
// notification_service.
func (n *notification) key() string {
	return "__" + "100_" + itoa(n.app.uid) + "_" + n.app.spec.Bundle + "__" + itoa(n.id)
}
