// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"fmt"
	"strings"
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

// ParseSleep reads HH:MM-HH:MM, as in 22:00-07:00; "" means never, and so do
// two equal times. 00:00-24:00 is the whole day.
func ParseSleep(text string) (Sleep, error) {
	if text == "" {
		return Sleep{}, nil
	}
	from, to, _ := strings.Cut(text, "-")
	var s Sleep
	for _, half := range []struct {
		text string
		into *time.Duration
	}{{from, &s.From}, {to, &s.To}} {
		at, err := time.Parse("15:04", half.text)
		if half.into == &s.To && half.text == "24:00" {
			s.To = 24 * time.Hour
			continue
		}
		// Parse takes an hour of one digit as well.
		if err != nil || len(half.text) != len("15:04") {
			return Sleep{}, fmt.Errorf("the time of sleep %.32q is not two times of a day: write it as in 22:00-07:00", text)
		}
		*half.into = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	return s, nil
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
