// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// alert deals with a message of push-type 0. The system shows it and calls
// nobody, unless foregroundShow is false and the app in front.
func (d *Device) alert(ctx context.Context, a *app, m sim.Message, b body, n notice) sim.Receipt {
	d.mu.Lock()
	if !a.spec.receivable() {
		d.systemLog("W", "PushService", "the home skill of "+a.spec.Bundle+" holds uris: message not received")
		d.mu.Unlock()
		return sim.TargetMissing
	}
	if p := d.inFront(a); p != nil && n.ForegroundShow != nil && !*n.ForegroundShow {
		// With the notification switch off the app is called as well: claim
		// pushservice.callback.switch-off.
		j := d.call(p, push.Default, push.Payload{Type: "ALERT", Data: payloadData(m.Token, "", b.Notification)})
		d.mu.Unlock()
		return d.handed(ctx, j)
	}
	defer d.mu.Unlock()
	return d.present(a, m, n, newNotification(a, m, n))
}

// newNotification is the message as its sender wrote it.
func newNotification(a *app, m sim.Message, n notice) *notification {
	id := -1
	if n.NotifyID != nil {
		id = *n.NotifyID
	}
	return &notification{
		app: a, id: id, pushType: m.PushType, appMessageID: n.AppMessageID, title: n.Title, text: n.Body, inbox: n.InboxContent,
		slot: slotOf(m.Category), flags: flagsOf(m.Category), click: target{action: n.ClickAction},
	}
}

// present shows the notification if nothing forbids it, and changes the badge;
// d.mu is held.
func (d *Device) present(a *app, m sim.Message, n notice, shown *notification) sim.Receipt {
	if receipt := d.forbidden(a, m, n); receipt != sim.Delivered {
		return receipt
	}
	before := a.kept.Badge
	// A message without title and body refreshes the badge only. Source: Push
	// Kit, badge messages.
	if shown.title == "" && shown.text == "" {
		if n.Badge == nil {
			return sim.NotShown
		}
		return d.count(a, n.Badge)
	}
	// A duplicate is received and not shown: claim pushservice.duplicate.receipt.
	if !d.show(shown) {
		return sim.Delivered
	}
	receipt := d.count(a, n.Badge)
	shown.badge = max(a.kept.Badge-before, 0)
	return receipt
}

func (d *Device) count(a *app, c *badgeChange) sim.Receipt {
	if !d.apply(a, c) {
		return sim.BadgeFailed
	}
	return sim.Delivered
}

// forbidden says why nothing may be shown, or Delivered; d.mu is held. How
// many marketing messages pass on a day is the cloud's affair.
func (d *Device) forbidden(a *app, m sim.Message, n notice) sim.Receipt {
	switch {
	case !a.kept.Enabled:
		return sim.NotificationsOff
	case n.ProfileID != "" && !d.bound(a, n.ProfileID):
		return sim.ProfileUnknown
	}
	return sim.Delivered
}

// imNotification is the notification in the payload of an extension message.
// Source: Push Kit, ArkTS API pushCommon.
func imNotification(n notice) json.RawMessage {
	id := -1
	if n.NotifyID != nil {
		id = *n.NotifyID
	}
	b, err := json.Marshal(map[string]any{
		"bigBody": n.BigBody, "bigTitle": n.BigTitle, "body": n.Body, "data": "", "image": n.Image,
		"notifyId": id, "title": n.Title,
	})
	if err != nil {
		panic("marshal a notification: " + err.Error())
	}
	return b
}
