// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// inactiveAfter is how long a device may be away before its messages are given
// up at once.
var inactiveAfter = time.Duration(fixtures.LimitOf("device.inactive.days")) * 24 * time.Hour

// awaySince returns since when a device is offline, zero for one that is not, or
// that cannot tell.
func awaySince(d sim.Device, online bool) time.Time {
	if a, can := d.(sim.Absentee); can && !online {
		return a.OfflineSince()
	}
	return time.Time{}
}

// giveUp ends what waits for a device that nobody has seen for 30 days, with
// receipt 10. Source: Push Kit REST API, message receipt.
func (c *Cloud) giveUp(l *lane, away time.Time) {
	if away.IsZero() || c.clock.Now().Sub(away) < inactiveAfter {
		return
	}
	for _, p := range l.waiting {
		if p.revoke {
			c.conclude(p, Expired, nil)
		} else {
			c.settle(p, sim.Inactive)
		}
	}
	clear(l.waiting)
	l.waiting, l.fresh = nil, 0
}
