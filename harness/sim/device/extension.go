// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// farewell is how long (real time) an extension may take over onDestroy.
const farewell = 2 * time.Second

// extension deals with a message of push-type 2: the app in front is called
// and nothing shown; otherwise the extension's process is started and may
// replace what is shown.
func (d *Device) extension(ctx context.Context, a *app, m sim.Message, b body, n notice) sim.Receipt {
	payload := push.Payload{Type: "IM", Data: payloadData(m.Token, b.ExtraData, imNotification(n))}
	d.mu.Lock()
	if !d.supports(push.KindExtension) {
		d.systemLog("W", "PushService", "messages for an extension are not supported here")
		d.mu.Unlock()
		return sim.Other
	}
	if !a.spec.receivable() {
		d.mu.Unlock()
		return sim.TargetMissing
	}
	if p := d.inFront(a); p != nil {
		j := d.call(p, push.IM, payload)
		d.mu.Unlock()
		return d.handed(ctx, j)
	}
	enabled := a.kept.Enabled
	d.mu.Unlock()
	if !enabled {
		// That the extension is not started either is a claim:
		// pushservice.extension.switch-off.
		return sim.NotificationsOff
	}
	shown := newNotification(a, m, n)
	content, err := d.ask(ctx, a, payload, shown.id)
	if err != nil {
		// The original is shown after a time-out; that it is after an error or
		// without an extension is a claim: pushservice.extension.fallback.
		d.mu.Lock()
		d.systemLog("W", "PushService", fmt.Sprintf("extension of %s: %v: the original notification is shown", a.spec.Bundle, err))
		d.mu.Unlock()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.gone {
		return sim.AppUninstalled
	}
	shown.replace(content)
	if change := badgeOf(content); change != nil {
		n.Badge = change
	}
	return d.present(a, m, n, shown)
}

// ask starts the extension's process and returns what it answered in time, or
// nil.
func (d *Device) ask(ctx context.Context, a *app, payload push.Payload, id int) (*seam.Content, error) {
	if a.spec.Extension == "" {
		return nil, fmt.Errorf("1000900002: extension does not exist")
	}
	expired := make(chan struct{})
	deadline := d.now().Add(extensionLife)
	stop := d.opts.Clock.AfterFunc(extensionLife, func() { close(expired) })
	defer stop()
	p, err := d.launch(a, wire.RoleExtension)
	if err != nil {
		return nil, err
	}
	defer d.expire(p, deadline)()
	var content *seam.Content
	d.mu.Lock()
	j := p.post(seam.OnReceiveMessage, seam.Info{Payload: payload, ID: id}, &content)
	d.mu.Unlock()
	defer d.dismiss(p)
	select {
	case <-expired:
		return nil, fmt.Errorf("1000900004: no answer within %v", extensionLife)
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-j.done:
	}
	if j.err != nil {
		return nil, fmt.Errorf("1000900003: onReceiveMessage failed: %w", j.err)
	}
	if !stop() {
		return nil, fmt.Errorf("1000900004: no answer within %v", extensionLife)
	}
	return content, nil
}

// dismiss ends an extension's process: onDestroy, the end of its input, and
// SIGKILL if that is not enough.
func (d *Device) dismiss(p *proc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.leaving = true
	d.goRun(func() {
		ctx, cancel := context.WithTimeout(d.ctx, farewell)
		defer cancel()
		// Its main thread may hang in onReceiveMessage: this call overtakes.
		err := p.conn.Call(ctx, seam.OnDestroy, nil, nil)
		d.record(p, seam.OnDestroy, nil, err)
		if err != nil {
			p.kill()
		}
		p.end(ctx)
	})
}

// replace puts what the extension returned in the place of what was sent. A
// click target that it leaves out stays: claim pushservice.extension.click.
func (n *notification) replace(c *seam.Content) {
	if c == nil {
		return
	}
	if c.Title != nil {
		n.title = *c.Title
	}
	if c.Text != nil {
		n.text = *c.Text
	}
	if c.WantAgent != nil {
		n.click = target{ability: c.WantAgent.AbilityName, parameters: c.WantAgent.Parameters}
	}
}

// badgeOf is the change that the extension asks for: setBadgeNumber wins. A
// badgeNumber of 0 adds nothing. Source: Push Kit, ArkTS API pushCommon.
func badgeOf(c *seam.Content) *badgeChange {
	switch {
	case c == nil:
		return nil
	case c.SetBadgeNumber != nil:
		return &badgeChange{Set: c.SetBadgeNumber}
	case c.BadgeNumber != nil && *c.BadgeNumber > 0:
		return &badgeChange{Add: c.BadgeNumber}
	}
	return nil
}
