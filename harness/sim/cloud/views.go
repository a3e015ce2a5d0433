// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"cmp"
	"slices"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

var (
	fastEvents  = set(fixtures.ValuesOf("liveview.fast")...)
	viewAgain   = time.Duration(fixtures.LimitOf("liveview.recreate.hours")) * time.Hour
	viewBlock   = time.Duration(fixtures.LimitOf("liveview.block.hours")) * time.Hour
	viewLife    = time.Duration(fixtures.LimitOf("liveview.life.hours")) * time.Hour
	viewSilence = time.Duration(fixtures.LimitOf("liveview.silence.hours")) * time.Hour
	viewPaces   = livePaces("no")
	viewFast    = livePaces("yes")
)

type viewKey struct {
	owner
	id int64
}

// view is a live view on a device, as far as the cloud knows of it: whether one
// exists that the app made, only the device knows, and what order its updates
// came in.
type view struct {
	// created is when push last created it, last when it was last sent to.
	created, last time.Time
	ended         bool
	blocked       time.Time // until then
	requests      pace
}

type views struct{ memory[viewKey, *view] }

// alive reports whether a live view that push created should still be there.
func (v *view) alive(now time.Time) bool {
	return !v.created.IsZero() && !v.ended && now.Before(v.created.Add(viewLife)) && now.Before(v.last.Add(viewSilence))
}

// admit reports whether a live view message may go out; if not, with which
// result it ends (claims cloud.live-view-receipts, cloud.live-view-rate).
// Source: Push Kit REST API, scenarized message, request parameters, frequency
// control, and message receipt.
func (vs *views) admit(key viewKey, a *activity, test bool, now time.Time) (sim.Receipt, bool) {
	v, known := vs.get(key)
	if !known {
		v = &view{}
		vs.put(key, v)
	}
	// Requests count, whether they go out or not.
	within := test || v.paced(a, now)
	switch {
	case now.Before(v.blocked):
		return sim.LiveViewBlocked, false
	case a.creates() && !v.created.IsZero() && now.Before(v.created.Add(viewAgain)):
		return sim.LiveViewDuplicate, false
	case a.operation == viewUpdate && a.status == "" && v.alive(now):
		return sim.LiveViewStatusMissing, false
	case !within:
		return sim.FrequencyLimit, false
	}
	if a.creates() {
		v.created, v.ended = now, false
	}
	v.last = now
	return 0, true
}

// livePaces returns the paces of live views of fast events ("yes") or of all
// others, the longest window last.
func livePaces(fast string) (list []fixtures.Pace) {
	for _, p := range fixtures.Paces() {
		if p.Fast == fast {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b fixtures.Pace) int { return cmp.Compare(a.Span(), b.Span()) })
	return list
}

// paced counts a request, and reports whether it is within the limits.
func (v *view) paced(a *activity, now time.Time) bool {
	paces := viewPaces
	if fastEvents[a.event] {
		paces = viewFast
	}
	var rates []rate
	for _, p := range paces {
		if slices.Contains(p.Operations, int(a.operation)) {
			rates = append(rates, rateOf(p))
		}
	}
	return len(rates) == 0 || v.requests.count(now, rates...)
}

// learn takes in what the device said of a message.
func (vs *views) learn(key viewKey, a *activity, receipt sim.Receipt, now time.Time) {
	v, known := vs.get(key)
	switch {
	case !known:
	case a.creates() && receipt == sim.LiveViewExists:
		// It is the app's: an update of it needs no status.
		v.created = time.Time{}
	case !a.creates() && receipt == sim.LiveViewUpdateFail:
		v.blocked = now.Add(viewBlock)
	case a.operation == viewEnd && receipt == sim.Delivered:
		v.ended = true
	}
}

// sweep forgets the live views of which nothing needs to be known any more.
func (vs *views) sweep(now time.Time) {
	vs.forget(func(v *view) bool { return !now.Before(v.blocked) && !now.Before(v.last.Add(viewAgain)) })
}
