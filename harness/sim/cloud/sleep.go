// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Sleep is a time of the day, Beijing's, at which every user is taken to be
// asleep. The real service learns it for each. What arrives then is held and
// delivered at its end, except calls and notifications of category VOIP (claim
// cloud.sleep). Source: Push Kit guide, introduction.
type Sleep struct {
	// From and To are counted from midnight; with To before From the time goes
	// over midnight, and if they are equal there is none.
	From, To time.Duration
}

// at reports whether it is time to sleep.
func (s Sleep) at(now time.Time) bool {
	local := now.In(beijing)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, beijing)
	clock := local.Sub(midnight)
	if s.From <= s.To {
		return clock >= s.From && clock < s.To
	}
	return clock >= s.From || clock < s.To
}

// wakes reports whether a parcel is delivered to somebody who sleeps.
func (p *parcel) wakes() bool {
	return p.revoke || p.message.PushType == push.KindVoIP.PushType() || p.message.Category == categoryVoIP
}

// awake reports whether a message may be handed over at this time of the day.
func (c *Cloud) awake(p *parcel) bool {
	return p.wakes() || !c.options.Sleep.at(c.clock.Now())
}

// firstAwake returns the index of the first parcel of a device that is online
// which may be handed over now, -1 if there is none.
func (c *Cloud) firstAwake(l *lane) int {
	if !c.options.Sleep.at(c.clock.Now()) {
		return 0
	}
	for i, p := range l.waiting {
		if p.wakes() {
			return i
		}
	}
	return -1
}
