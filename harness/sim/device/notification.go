// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
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
	badge        int
	at           time.Time
	click        target
}

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
	n.at = time.Now()
	d.shade = slices.DeleteFunc(d.shade, func(old *notification) bool { return old.app == n.app && old.id == n.id })
	d.shade = append([]*notification{n}, d.shade...)
	d.trim(n.app)
	d.systemLog("I", "Ans", "prepareNotificationInfo bundleName="+n.app.spec.Bundle+",uid="+itoa(n.app.uid))
	d.notify()
	return true
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
	d.shade = slices.DeleteFunc(d.shade, func(n *notification) bool {
		if n.app == a {
			count++
		}
		return n.app == a && count > maxPerApp
	})
}

// remove takes one from the shade; d.mu is held.
func (d *Device) remove(n *notification) {
	d.shade = slices.DeleteFunc(d.shade, func(other *notification) bool { return other == n })
	d.notify()
}

// removeAll takes the app's notifications from the shade; d.mu is held.
func (d *Device) removeAll(a *app) {
	d.shade = slices.DeleteFunc(d.shade, func(n *notification) bool { return n.app == a })
	d.notify()
}

// key is how the log names a post of the push service. Source: OpenHarmony,
// notification_service.
func (n *notification) key() string {
	return "__" + "100_" + itoa(n.app.uid) + "_" + n.app.spec.Bundle + "__" + itoa(n.id)
}
