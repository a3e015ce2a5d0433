// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// voip deals with a message of push-type 10: the app's main process is started
// where there is none, in every state and on a locked screen too, and called
// with an id under which it must report the call. The call is made with the
// notification switch off as well: claim kinds.voip.switch-off.
func (d *Device) voip(ctx context.Context, a *app, m sim.Message, b body) sim.Receipt {
	listener := a.spec.listener()
	d.mu.Lock()
	if !d.supports(push.KindVoIP) {
		d.systemLog("W", "PushService", "messages for calls are not supported here")
		d.mu.Unlock()
		return sim.Other
	}
	if listener == nil {
		// Claim kinds.voip.no-listener.
		d.systemLog("W", "PushService", "no ability of "+a.spec.Bundle+" has the action "+ActionListener)
		d.mu.Unlock()
		return sim.LaunchFailed
	}
	d.mu.Unlock()
	p, err := d.summon(ctx, a, listener.Name)
	if err != nil {
		d.refuse(m, err)
		return sim.LaunchFailed
	}
	id := newCallID()
	d.mu.Lock()
	c := d.expect(p, id)
	j := d.call(p, push.VoIP, push.Payload{Type: "VoIP", Data: callData(m.Token, b.ExtraData, id)})
	d.mu.Unlock()
	receipt := d.handed(ctx, j)
	d.mu.Lock()
	defer d.mu.Unlock()
	if receipt != sim.Delivered && c.alive() {
		d.endCall(c)
	}
	p.rest()
	return receipt
}

// summon returns the app's main process with the ability in it. One that is not
// there is started, behind whatever is in front.
func (d *Device) summon(ctx context.Context, a *app, ability string) (*proc, error) {
	if err := d.life.enter(ctx); err != nil {
		return nil, err
	}
	defer d.life.leave()
	d.mu.Lock()
	p := a.main
	d.mu.Unlock()
	if p == nil || p.gone() {
		var err error
		if p, err = d.launch(a, wire.RoleMain); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	var arrive *job
	if !slices.ContainsFunc(p.created, func(c createdAbility) bool { return c.name == ability }) {
		want := seam.Want{BundleName: a.spec.Bundle, AbilityName: ability, Action: ActionListener, Parameters: json.RawMessage(`{}`)}
		arrive = p.create(ability, want)
	}
	d.notify()
	d.mu.Unlock()
	return p, d.settle(ctx, arrive)
}

// callData is the JSON text that the app gets. That the id stands beside data is
// claim arkts.voip.call-id.
func callData(token, extraData, id string) string {
	b, err := json.Marshal(map[string]any{"callId": id, "data": extraData, "header": map[string]string{"token": token}})
	if err != nil {
		panic("marshal a payload: " + err.Error()) // texts
	}
	return string(b)
}

func newCallID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
