// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Codes of Live View Kit. Source: Live View Kit, ArkTS API error codes.
const (
	codeViewSystem   = 1003500001
	codeViewSwitch   = 1003500004
	codeViewRight    = 1003500005
	codeViewExists   = 1003500006
	codeViewAbsent   = 1003500009
	codeViewEnded    = 1003500010
	codeViewSequence = 1003500011
)

// hasViews returns the error of a device without Live View Kit.
func (d *Device) hasViews() error {
	if !d.supports(push.KindLiveView) {
		return seam.Fail(codeNoCapability, "Capability not supported.")
	}
	return nil
}

// viewsEnabled is liveViewManager.isLiveViewEnabled.
func (d *Device) viewsEnabled(a *app) (any, error) {
	if err := d.hasViews(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return !a.kept.NoLiveViews, nil
}

// startView is liveViewManager.startLiveView. It needs the app in front, which
// has no code of its own: claim kinds.liveview.start-behind.
func (d *Device) startView(p *proc, l seam.LiveView) (any, error) {
	if err := d.hasViews(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := p.app
	old := a.view(l.ID)
	switch {
	case a.kept.NoLiveViews:
		return nil, seam.Fail(codeViewSwitch, "The live view switch is off.")
	case !slices.Contains(a.spec.Rights, "kind:liveview:"+l.Event):
		return nil, seam.Fail(codeViewRight, "The live view right is not granted.")
	case old != nil && !old.ended:
		return nil, seam.Fail(codeViewExists, "The live view already exists.")
	case !p.foreground:
		return nil, seam.Fail(codeViewSystem, "Internal error.")
	}
	d.createView(a, l.ID, l.Event, sequence(l), false, viewTexts(l))
	return seam.LiveViewResult{}, nil
}

// changeView is liveViewManager.updateLiveView and stopLiveView.
func (d *Device) changeView(p *proc, l seam.LiveView, stop bool) (any, error) {
	if err := d.hasViews(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := p.app.view(l.ID)
	switch {
	case v == nil || v.removed():
		return nil, seam.Fail(codeViewAbsent, "The live view does not exist.")
	case v.ended:
		return nil, seam.Fail(codeViewEnded, "The live view has ended.")
	case l.Sequence != nil && *l.Sequence <= v.version:
		return nil, seam.Fail(codeViewSequence, "The sequence is not above the current one.")
	}
	d.updateView(v, sequence(l), viewTexts(l))
	if stop {
		d.endView(v, 0)
	}
	return seam.LiveViewResult{}, nil
}

// activeView is liveViewManager.getActiveLiveView, also of one that push
// created: claim kinds.liveview.active.
func (d *Device) activeView(a *app, id int64) (any, error) {
	if err := d.hasViews(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := a.view(id)
	if v == nil || v.ended || v.removed() {
		return nil, seam.Fail(codeViewAbsent, "The live view does not exist.")
	}
	version := v.version
	if version == unversioned {
		version = seam.UnsetSequence
	}
	return seam.LiveView{ID: v.id, Event: v.event, Sequence: &version,
		Data: seam.LiveViewData{Primary: seam.Primary{Title: v.title, Content: []seam.RichText{{Text: v.text}}}}}, nil
}

func sequence(l seam.LiveView) int64 {
	if l.Sequence == nil {
		return unversioned
	}
	return *l.Sequence
}

func viewTexts(l seam.LiveView) viewText {
	t := viewText{title: l.Data.Primary.Title, mute: l.IsMute == nil || *l.IsMute}
	for _, part := range l.Data.Primary.Content {
		t.text += part.Text
	}
	if c := l.Data.Capsule; c != nil {
		t.capsule = strings.TrimSpace(c.Title + " " + c.Content)
	}
	return t
}

// SetLiveViews turns the app's switch for live views on or off, as the device's
// user does; it is on at first. What is shown stays.
func (d *Device) SetLiveViews(bundle string, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(bundle)
	if a == nil {
		return errNotInstalled
	}
	a.kept.NoLiveViews = !on
	d.save(a)
	return nil
}

// SwipeNotification takes a notification or a live view from the notification
// centre, as the device's user does; one that is not there is no error.
func (d *Device) SwipeNotification(bundle string, id int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.withdraw(deletedByUser, func(n *notification) bool { return n.app.spec.Bundle == bundle && n.id == id })
}

// cancelNotifications is notificationManager.cancel, and with all cancelAll: live views go
// as well.
func (d *Device) cancelNotifications(a *app, id int, all bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.withdraw(deletedByApp, func(n *notification) bool { return n.app == a && (all || n.id == id) })
}
