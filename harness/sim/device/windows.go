// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "strings"

// sceneboard is the bundle of the system's own windows. Source: a third party
// that measured it (argent).
const sceneboard = "com.ohos.sceneboard"

// dialogBundle is the bundle of the authorisation dialog. Source: OpenHarmony,
// distributed_notification_service.
const dialogBundle = "com.ohos.notificationdialog"

// tree makes the UI tree of what is on the screen, lowest window first; d.mu
// is held. Its shape is a claim: device.layout.shape.
func (d *Device) tree() *node {
	p := d.opts.Profile
	full := box{0, 0, p.Width, p.Height}
	root := &node{box: full, attributes: map[string]string{"bounds": full.String()}}
	switch {
	case !d.screen.on:
	case d.screen.locked:
		root.add(d.lockScreen(full))
	default:
		root.add(d.desktop(full))
		if d.front != nil {
			root.add(d.page(full))
		}
		if d.dialogVisible() {
			root.add(d.dialogWindow(full))
		}
		if d.screen.shade {
			root.add(d.shadeWindow(full))
		}
	}
	for i, w := range root.children {
		w.number(i+1, "ROOT"+itoa(i+1))
	}
	return root
}

// desktop shows an icon, a label and the badge per app.
func (d *Device) desktop(full box) *node {
	w := window(sceneboard, "SCBDesktop", "", full)
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
	return w
}

// page is the page of the app in front.
func (d *Device) page(full box) *node {
	w := window(d.front.spec.Bundle, d.front.main.top, "pages/Index", full)
	return w.add(element("Text", d.front.spec.label(), box{0, full.bottom / 16, full.right, full.bottom / 8}))
}

// shadeWindow lists the notifications, newest first, as far as they fit: who
// wants to see more has to scroll.
func (d *Device) shadeWindow(full box) *node {
	w := window(sceneboard, "SCBDropdownPanel", "", full)
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
	w := window(sceneboard, "SCBScreenLock", "", full)
	height := max(full.bottom/20, 1)
	y := full.bottom / 3
	for _, n := range d.shade {
		if n.slot.silent || y+height > full.bottom {
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
	w := window(dialogBundle, "EnableNotificationDialog", "", full)
	panel := element("UIExtensionComponent", "", box{full.right / 12, full.bottom * 5 / 8, full.right - full.right/12, full.bottom * 15 / 16})
	w.add(panel)
	if d.opts.OpaqueDialog {
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
