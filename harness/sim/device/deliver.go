// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// body is the part of a message's payload that a device reads.
type body struct {
	Notification json.RawMessage `json:"notification"`
	ExtraData    string          `json:"extraData"`
	ProxyData    string          `json:"proxyData"`
}

// notice is a message's notification as it was sent. Source: Push Kit, request
// parameters.
type notice struct {
	Category       string       `json:"category"`
	Title          string       `json:"title"`
	Body           string       `json:"body"`
	Image          string       `json:"image"`
	BigTitle       string       `json:"bigTitle"`
	BigBody        string       `json:"bigBody"`
	InboxContent   []string     `json:"inboxContent"`
	NotifyID       *int         `json:"notifyId"`
	AppMessageID   string       `json:"appMessageId"`
	ProfileID      string       `json:"profileId"`
	ClickAction    clickAction  `json:"clickAction"`
	Badge          *badgeChange `json:"badge"`
	ForegroundShow *bool        `json:"foregroundShow"`
}

type clickAction struct {
	ActionType int             `json:"actionType"`
	Action     string          `json:"action"`
	URI        string          `json:"uri"`
	Data       json.RawMessage `json:"data"`
}

// parse reads a payload.
func parse(raw json.RawMessage) (body, notice, error) {
	var b body
	var n notice
	if err := json.Unmarshal(raw, &b); err != nil {
		return b, n, fmt.Errorf("read a payload: %w", err)
	}
	if len(b.Notification) > 0 {
		if err := json.Unmarshal(b.Notification, &n); err != nil {
			return b, n, fmt.Errorf("read a payload's notification: %w", err)
		}
	}
	return b, n, nil
}

// Deliver implements sim.Device: what happens depends on the kind and on the
// state of the app. It returns when the message was shown, kept, dropped, or
// answered by the app's process.
func (d *Device) Deliver(ctx context.Context, m sim.Message) sim.Receipt {
	defer d.begin()()
	receipt := d.deliver(ctx, m)
	d.log.Debug("message delivered", "request", m.RequestID, "type", m.PushType, "token", push.NewToken(m.Token), "receipt", int(receipt))
	return receipt
}

func (d *Device) deliver(ctx context.Context, m sim.Message) sim.Receipt {
	kind, err := push.KindOfPushType(m.PushType)
	if err != nil {
		d.refuse(m, err)
		return sim.Other
	}
	b, n, err := parse(m.Payload)
	if err != nil {
		d.refuse(m, err)
		return sim.Other
	}
	d.mu.Lock()
	a := d.byToken(m.Token)
	closed := d.closed || !d.net.reachable()
	receipt := sim.Delivered
	if a != nil && !closed {
		receipt = d.notNow(m)
	}
	d.mu.Unlock()
	switch {
	case closed:
		return sim.Other
	case a == nil:
		return sim.TokenGone
	case receipt != sim.Delivered:
		return receipt
	}
	switch kind {
	case push.KindAlert:
		return d.alert(ctx, a, m, b, n)
	case push.KindExtension:
		return d.extension(ctx, a, m, b, n)
	case push.KindBackground:
		return d.background(ctx, a, m, b)
	case push.KindLiveView:
		return d.liveview(a, m)
	case push.KindVoIP:
		return d.voip(ctx, a, m, b)
	case push.KindForm:
		return d.form(ctx, a, m)
	}
	return sim.Other
}

// refuse logs why a message could not be used.
func (d *Device) refuse(m sim.Message, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.systemLog("W", "PushService", "message "+m.RequestID+" dropped: "+err.Error())
}

// handed waits until the app's process has answered a callback. A process that
// dies of it gives receipt 14; that is a claim: pushservice.callback.died.
func (d *Device) handed(ctx context.Context, j *job) sim.Receipt {
	if j == nil {
		return sim.Delivered
	}
	if err := d.settle(ctx, j); err != nil {
		return sim.Other
	}
	return sim.Delivered
}

// inFront returns the app's process if the app is in the foreground; d.mu is
// held.
func (d *Device) inFront(a *app) *proc {
	if a.main != nil && a.main.foreground {
		return a.main
	}
	return nil
}
