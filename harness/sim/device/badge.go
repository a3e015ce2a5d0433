// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// badgeChange is what a message does to the number at the app's icon: Set
// wins over Add.
type badgeChange struct {
	Add *int `json:"addNum"`
	Set *int `json:"setNum"`
}

// apply changes the badge and reports whether it could. A watch and a TV have
// none. Source: Push Kit, request parameters, badge.
func (d *Device) apply(a *app, c *badgeChange) bool {
	if c == nil || d.opts.Profile.DeviceType == "wearable" || d.opts.Profile.DeviceType == "tv" {
		return true
	}
	switch {
	case c.Set != nil && *c.Set >= 0 && *c.Set <= maxBadge:
		a.kept.Badge = *c.Set
	case c.Set == nil && c.Add != nil && *c.Add >= 1 && *c.Add <= maxBadge:
		a.kept.Badge += *c.Add
	case c.Set == nil && c.Add == nil:
	default:
		return false
	}
	d.save(a)
	return true
}

func (d *Device) badge(a *app) seam.Badge {
	d.mu.Lock()
	defer d.mu.Unlock()
	return seam.Badge{Number: a.kept.Badge}
}

// setBadge is notificationManager.setBadgeNumber: 0 and less clear.
func (d *Device) setBadge(a *app, n int) error {
	if n > 1<<31-1 {
		return seam.Fail(jsonrpc2.CodeInvalidParams, "the badge number is no 32-bit integer")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a.kept.Badge = max(n, 0)
	d.save(a)
	return nil
}

// active returns the app's notifications, newest first.
func (d *Device) active(a *app) []seam.Active {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := []seam.Active{}
	for _, n := range d.shade {
		if n.app == a {
			all = append(all, seam.Active{ID: n.id, Title: n.title, Text: n.text, AppMessageID: n.appMessageID,
				Slot: n.slot.name, Badge: n.badge, DeliveredAt: n.at.Round(time.Millisecond)})
		}
	}
	return all
}

func (d *Device) enabled(a *app) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return a.kept.Enabled
}
