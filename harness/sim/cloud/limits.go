// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// limits is what the cloud remembers from one message to the next, days apart.
type limits struct {
	cards   cards
	views   views
	images  images
	seconds map[string]second
	// checks count image checks by app and project.
	checks map[owner]*pace
}

// newLimits remembers nothing yet, and that many of each.
func newLimits(most int) limits {
	return limits{
		cards: cards{newMemory[cardKey, *card](most)}, views: views{newMemory[viewKey, *view](most)},
		images:  images{newMemory[imageKey, verdict](most)},
		seconds: map[string]second{}, checks: map[owner]*pace{},
	}
}

// admit counts a message towards the limits of its kind and reports whether it
// may go out; if not, with which result it ends.
func (c *Cloud) admit(p *parcel, now time.Time) (sim.Receipt, bool) {
	at, test := p.reg.owner(), p.message.Test
	switch {
	case p.form != nil:
		return c.cards.admit(cardKey{at, *p.form}, p.reg.app.refreshes(), test, now)
	case p.view != nil:
		return c.views.admit(viewKey{at, p.view.id}, p.view, test, now)
	case p.message.Category == marketing && !test:
		return sim.FrequencyLimit, c.quotas.marketing(p.reg)
	}
	return 0, true
}

// learn takes in what a device said of a message.
func (c *Cloud) learn(p *parcel, receipt sim.Receipt) {
	at, now := p.reg.owner(), c.clock.Now()
	switch {
	case p.form != nil:
		c.cards.learn(cardKey{at, *p.form}, receipt, now)
	case p.view != nil:
		c.views.learn(viewKey{at, p.view.id}, p.view, receipt, now)
	}
}

func (r *registration) owner() owner { return owner{r.app.Bundle, r.device} }
