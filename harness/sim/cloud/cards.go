// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

var (
	refreshesPerDay = int(fixtures.LimitOf("form.refresh.day"))
	formBlock       = time.Duration(fixtures.LimitOf("form.block.days")) * 24 * time.Hour
	formCapBlock    = time.Duration(fixtures.LimitOf("form.cap.block.days")) * 24 * time.Hour
)

// refreshesOf are the daily limits by the app's mark "form:MARK"; an app
// without one is a released app (claim cloud.form-limit).
var refreshesOf = func() map[string]int {
	of := map[string]int{}
	for _, l := range fixtures.Limits() {
		if mark, ok := strings.CutPrefix(l.Name, "form.refresh.day."); ok {
			of["form:"+mark] = int(l.Value)
		}
	}
	return of
}()

// refreshes returns how often a day one card of the app may be refreshed.
func (a app) refreshes() int {
	for mark, limit := range refreshesOf {
		if a.rights[mark] {
			return limit
		}
	}
	return refreshesPerDay
}

type cardKey struct {
	owner
	form int64
}

// card is a form on a device, as far as the cloud knows of it.
type card struct {
	day   string
	count int
	// blocked is the result that a refresh gets until then.
	blocked sim.Receipt
	until   time.Time
}

type cards struct{ memory[cardKey, *card] }

// admit counts a refresh and reports whether it may go out; if not, with which
// result it ends. Test messages are not counted. Source: Push Kit REST API,
// scenarized message, frequency control, and message receipt.
func (cs *cards) admit(key cardKey, limit int, test bool, now time.Time) (sim.Receipt, bool) {
	c, known := cs.get(key)
	if !known {
		c = &card{}
		cs.put(key, c)
	}
	if now.Before(c.until) {
		return c.blocked, false
	}
	if test {
		return 0, true
	}
	if day := dayOf(now); day != c.day {
		c.day, c.count = day, 0
	}
	c.count++
	return sim.FrequencyLimit, c.count <= limit
}

// learn blocks a card for what its device said of it (claim cloud.form-block).
func (cs *cards) learn(key cardKey, receipt sim.Receipt, now time.Time) {
	c, known := cs.get(key)
	switch {
	case !known:
	case receipt == sim.NotShown, receipt == sim.FormMissing:
		c.blocked, c.until = sim.FormMissing, now.Add(formBlock)
	case receipt == sim.FormRefreshLimit:
		c.blocked, c.until = sim.FormRefreshLimit, now.Add(formCapBlock)
	}
}

// sweep forgets the cards of which nothing needs to be known any more.
func (cs *cards) sweep(now time.Time) {
	today := dayOf(now)
	cs.forget(func(c *card) bool { return c.day != today && !now.Before(c.until) })
}
