// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"cmp"
	"slices"
	"strings"
)

// sceneboard is the bundle of the system's own windows. Source: a third party
// that measured it (argent).
const sceneboard = "com.ohos.sceneboard"

// dialogBundle is the bundle of the authorisation dialog. Source: OpenHarmony,
// distributed_notification_service.
const dialogBundle = "com.ohos.notificationdialog"

// callBundle is the bundle of the window of a call. Source: OpenHarmony,
// applications_call.
const callBundle = "com.ohos.callui"

// The ids of the system's windows; those of apps follow firstAppWindow.
const (
	windowDesktop   = 2
	windowLock      = 10
	windowDropdown  = 17
	windowBanner    = 18
	windowDialog    = 40
	windowCall      = 52
	windowStatusBar = 20
	firstAppWindow  = 100
)

// The names of its windows. Source: OpenHarmony, window_manager.
const (
	nameDesktop   = "SCBDesktop"
	nameLock      = "SCBScreenLock"
	nameDropdown  = "SCBDropdownPanel"
	nameBanner    = "SCBBannerNotification"
	nameCall      = "callui"
	nameStatusBar = "SCBStatusBar"
)

// tree makes the UI tree of what is on the screen, lowest window first; d.mu
// is held. Its shape is a claim: device.layout.shape.
func (d *Device) tree() *node {
	full := d.full()
	root := &node{box: full, attributes: map[string]string{"bounds": full.String()}}
	if d.screen.on {
		root.add(d.visible()...)
	}
	root.numberWindows()
	return root
}

// numberWindows gives every node its place.
func (n *node) numberWindows() {
	for i, w := range n.children {
		w.number(w.window, "ROOT"+itoa(i+1))
	}
}

// full is the whole display.
func (d *Device) full() box { return box{0, 0, d.opts.Profile.Width, d.opts.Profile.Height} }

// visible returns the windows that are on the screen while it is on, lowest
// first; d.mu is held.
func (d *Device) visible() []*node {
	full := d.full()
	var top []*node
	for _, w := range []*node{d.statusBar(full), d.callWindow(full)} {
		if w != nil {
			top = append(top, w)
		}
	}
	if d.screen.locked {
		return append([]*node{d.lockScreen(full)}, top...)
	}
	windows := []*node{d.desktop(full)}
	if d.front != nil {
		windows = append(windows, d.page(d.front, full))
	}
	if d.dialogVisible() {
		windows = append(windows, d.dialogWindow(full))
	}
	if n := d.bannerShown(); n != nil {
		windows = append(windows, bannerWindow(n, full))
	}
	if d.screen.shade {
		windows = append(windows, d.shadeWindow(full))
	}
	return append(windows, top...)
}

// hidden returns the windows that there are and that nobody sees; d.mu is held.
func (d *Device) hidden() []*node {
	full := d.full()
	var windows []*node
	if d.screen.locked {
		windows = append(windows, window(sceneboard, nameDesktop, "", full).as(windowDesktop))
	} else {
		windows = append(windows, window(sceneboard, nameLock, "", full).as(windowLock))
	}
	for _, a := range d.apps {
		if a.main != nil && len(a.main.created) > 0 && (a != d.front || d.screen.locked) {
			windows = append(windows, d.page(a, full))
		}
	}
	if !d.screen.shade {
		windows = append(windows, window(sceneboard, nameDropdown, "", full).as(windowDropdown))
	}
	for _, w := range windows {
		w.hide()
	}
	return windows
}

// desktop shows an icon, a label and the badge per app.
func (d *Device) desktop(full box) *node {
	w := window(sceneboard, nameDesktop, "", full).as(windowDesktop)
	const columns = 4
	side := full.right / columns
	for i, a := range d.apps {
		x, y := i%columns*side, full.bottom/8+i/columns*side
		icon := element("Column", "", box{x, y, x + side, y + side}).clickable().add(
			element("Image", "", box{x + side/8, y + side/8, x + side*7/8, y + side*3/4}),
			element("Text", a.spec.label(), box{x, y + side*3/4, x + side, y + side}),
		)
		if b := a.kept.Badge; b > 0 {
			text := itoa(b)
			if b > maxBadge {
				text = "99+"
			}
			icon.add(element("Text", text, box{x + side*5/8, y, x + side, y + side/4}).id("badge"))
		}
		icon.launch = a
		w.add(icon)
	}
	w.add(d.cards(full)...)
	return w
}

// page is the window of an app's newest ability in front.
func (d *Device) page(a *app, full box) *node {
	top := cmp.Or(a.main.top, a.main.created[0].name)
	w := window(a.spec.Bundle, top, "pages/Index", full).as(firstAppWindow + slices.Index(d.apps, a))
	w.owner = a
	return w.add(element("Text", a.spec.label(), box{0, full.bottom / 16, full.right, full.bottom / 8}))
}

// bannerWindow covers a part of the upper edge; what it shows can be tapped.
// Claim device.banner.window.
func bannerWindow(n *notification, full box) *node {
	b := box{full.right / 24, full.bottom / 40, full.right - full.right/24, full.bottom/40 + max(full.bottom/16, 3)}
	return window(sceneboard, nameBanner, "", b).as(windowBanner).add(item(n, b))
}

// shadeWindow lists the notifications, newest first, as far as they fit: who
// wants to see more has to scroll.
func (d *Device) shadeWindow(full box) *node {
	w := window(sceneboard, nameDropdown, "", full).as(windowDropdown)
	list := element("List", "", box{0, full.bottom / 10, full.right, full.bottom})
	list.attributes["scrollable"] = "true"
	w.add(list)
	height := max(full.bottom/20, 1)
	y := list.box.top
	for _, n := range d.shade {
		if y+height > full.bottom {
			break
		}
		list.add(item(n, box{full.right / 24, y, full.right - full.right/24, y + height}))
		y += height
	}
	return w
}

// item is one notification: what is clickable holds the texts.
func item(n *notification, b box) *node {
	third := (b.bottom - b.top) / 3
	i := element("ListItem", "", b).clickable().add(
		element("Text", n.app.spec.label(), box{b.left, b.top, b.right, b.top + third}),
		element("Text", n.title, box{b.left, b.top + third, b.right, b.top + 2*third}),
		element("Text", n.text, box{b.left, b.top + 2*third, b.right, b.bottom}),
	)
	i.notification = n
	return i
}

// lockScreen lists what may stand there: notifications that are not silent.
func (d *Device) lockScreen(full box) *node {
	w := window(sceneboard, nameLock, "", full).as(windowLock)
	height := max(full.bottom/20, 1)
	y := full.bottom / 3
	for _, n := range d.shade {
		if n.flags&remindLockScreen == 0 || y+height > full.bottom {
			continue
		}
		b := item(n, box{full.right / 24, y, full.right - full.right/24, y + height})
		// A locked screen asks for the unlocking first: the tap alone starts
		// nothing.
		b.notification = nil
		w.add(b)
		y += height
	}
	return w
}

// dialogWindow is the authorisation dialog in the lower part of the screen. It
// is modal: its window covers everything.
func (d *Device) dialogWindow(full box) *node {
	w := window(dialogBundle, "EnableNotificationDialog", "", full).as(windowDialog)
	panel := element("UIExtensionComponent", "", box{full.right / 12, full.bottom * 5 / 8, full.right - full.right/12, full.bottom * 15 / 16})
	w.add(panel)
	if d.opaque {
		panel.attributes["description"] = " "
		return w
	}
	question, deny, allow := d.dialogTexts(d.dialog.owner.app.spec.label())
	middle := (panel.box.left + panel.box.right) / 2
	split := (panel.box.top + panel.box.bottom) / 2
	button := func(text string, b box, answer bool) *node {
		n := element("Button", text, b).clickable()
		n.answer = &answer
		return n
	}
	panel.add(
		element("Text", strings.TrimSpace(question), box{panel.box.left, panel.box.top, panel.box.right, split}),
		button(deny, box{panel.box.left, split, middle, panel.box.bottom}, false),
		button(allow, box{middle, split, panel.box.right, panel.box.bottom}, true),
	)
	return w
}
