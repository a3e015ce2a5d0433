// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"cmp"
	"slices"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// The life of a live view. Source: Push Kit, live view messages.
var (
	// viewFades is how long one that is not updated keeps its capsule and its
	// place on the lock screen.
	viewFades = time.Duration(fixtures.LimitOf("liveview.fade.hours")) * time.Hour
	// viewSilence ends one that is not updated, viewLife every one.
	viewSilence = time.Duration(fixtures.LimitOf("liveview.silence.hours")) * time.Hour
	viewLife    = time.Duration(fixtures.LimitOf("liveview.life.hours")) * time.Hour
)

// unversioned is the version of a live view to which nobody gave one.
const unversioned = -1

// liveView is one that the system holds; d.mu guards it. A reboot forgets it
// (claim kinds.liveview.reboot).
type liveView struct {
	app   *app
	id    int64
	event string
	// pushed is set for one that push created.
	pushed  bool
	version int64
	// title and text are the card's, capsule is the status bar's.
	title, text, capsule string
	click                target
	created, updated     time.Time
	// shown is its notification.
	shown *notification
	// faded is set once it stands in the notification centre only, ended once it
	// has ended, though it may be shown for a while.
	faded, ended bool
	stops        []func() bool
}

// view returns the app's live view of that id, or nil; d.mu is held.
func (a *app) view(id int64) *liveView { return a.views[id] }

// removed reports whether the user or the app took it from the notification
// centre: it is shown no more.
func (v *liveView) removed() bool { return !v.ended && !v.shown.goneAt.IsZero() }

// viewText is what a message or the app puts into a live view; "" leaves what
// was there.
type viewText struct {
	title, text, capsule string
	mute                 bool
	click                *target
}

// createView makes a live view and shows it; d.mu is held.
func (d *Device) createView(a *app, id int64, event string, version int64, pushed bool, t viewText) {
	v := &liveView{app: a, id: id, event: event, version: version, pushed: pushed, created: d.now()}
	v.shown = &notification{app: a, id: int(id), slot: slotLive, view: v, at: d.date()}
	if a.views == nil {
		a.views = map[int64]*liveView{}
	}
	a.views[id] = v
	v.put(t)
	d.shade = append([]*notification{v.shown}, d.shade...)
	d.recent = append([]*notification{v.shown}, d.recent...)
	d.recent = d.recent[:min(len(d.recent), maxRecent)]
	d.logPosted(v.shown)
	d.trim(a)
	d.keepView(v)
}

// updateView changes a live view; d.mu is held.
func (d *Device) updateView(v *liveView, version int64, t viewText) {
	if version >= 0 {
		v.version = version
	}
	v.put(t)
	v.shown.at = d.date()
	d.keepView(v)
}

func (v *liveView) put(t viewText) {
	v.title, v.text, v.capsule = cmp.Or(t.title, v.title), cmp.Or(t.text, v.text), cmp.Or(t.capsule, v.capsule)
	if t.click != nil {
		v.click = *t.click
	}
	v.shown.title, v.shown.text, v.shown.click = v.title, v.text, v.click
	v.shown.flags = remindLockScreen | remindIcon
	if !t.mute {
		v.shown.flags |= remindSound | remindVibration
	}
}

// keepView starts the times after which a live view fades and ends; d.mu is
// held.
func (d *Device) keepView(v *liveView) {
	v.rest()
	v.updated, v.faded = d.now(), false
	after := func(at time.Time, f func()) {
		v.stops = append(v.stops, d.opts.Clock.AfterFunc(max(at.Sub(d.now()), 0), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			f()
		}))
	}
	after(v.updated.Add(viewFades), func() {
		v.faded = true
		v.shown.flags &^= remindLockScreen | remindIcon
		d.notify()
	})
	end := v.updated.Add(viewSilence)
	if last := v.created.Add(viewLife); last.Before(end) {
		end = last
	}
	after(end, func() { d.endView(v, 0) })
	d.notify()
}

// rest stops the live view's timers.
func (v *liveView) rest() {
	for _, stop := range v.stops {
		stop()
	}
	v.stops = nil
}

// endView ends a live view, which is shown for as long as keep says; d.mu is
// held.
func (d *Device) endView(v *liveView, keep time.Duration) {
	v.rest()
	v.ended = true
	remove := func() { d.withdraw(deletedByApp, func(n *notification) bool { return n.view == v }) }
	if keep <= 0 {
		remove()
		d.notify()
		return
	}
	v.stops = append(v.stops, d.opts.Clock.AfterFunc(keep, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		remove()
	}))
	d.notify()
}

// forgetViews drops the live views of an app that is removed; d.mu is held.
func (a *app) forgetViews() {
	for _, v := range a.views {
		v.rest()
	}
	a.views = nil
}

// statusBar shows the capsules of live views, nil if there are none. That they
// stand in a window of that name is claim kinds.liveview.capsule. d.mu is held.
func (d *Device) statusBar(full box) *node {
	var bar *node
	height := max(full.bottom/40, 1)
	for _, n := range d.shade {
		if n.view == nil || n.view.capsule == "" || n.view.faded || n.view.ended {
			continue
		}
		if bar == nil {
			bar = window(sceneboard, nameStatusBar, "", box{0, 0, full.right, height}).as(windowStatusBar)
		}
		bar.add(element("Text", n.view.capsule, box{full.right / 3, 0, full.right * 2 / 3, height}))
	}
	return bar
}

// LiveViewState is a live view of an app.
type LiveViewState struct {
	ID      int64
	Event   string
	Pushed  bool
	Version int64
	// Title and Text are the card's, Capsule is the status bar's.
	Title, Text, Capsule string
	// Shown is set while it stands in the notification centre, Faded once it
	// stands there only, Ended once it has ended.
	Shown, Faded, Ended bool
}

func (a *app) viewStates() []LiveViewState {
	var all []LiveViewState
	for _, v := range a.views {
		all = append(all, LiveViewState{ID: v.id, Event: v.event, Pushed: v.pushed, Version: v.version, Title: v.title, Text: v.text,
			Capsule: v.capsule, Shown: v.shown.goneAt.IsZero(), Faded: v.faded, Ended: v.ended})
	}
	slices.SortFunc(all, func(a, b LiveViewState) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
