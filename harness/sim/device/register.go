// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"slices"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// heldMessage is one that came before the app had registered for its type.
type heldMessage struct {
	via     push.Via
	payload push.Payload
}

// receiveMessage registers the process for a type of message; a second
// registration is refused and leaves the first as it is.
func (d *Device) receiveMessage(p *proc, pushType string) (func(), error) {
	via, err := push.ParseVia(pushType)
	if err != nil || !slices.Contains([]push.Via{push.Default, push.IM, push.Background, push.VoIP}, via) {
		return nil, seam.Fail(jsonrpc2.CodeInvalidParams, "receiveMessage takes DEFAULT, IM, BACKGROUND or VoIP")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(p.registered, pushType) {
		return nil, seam.Fail(codeTwice, "The push message of the same type cannot be received repeatedly.")
	}
	p.registered = append(p.registered, pushType)
	d.notify()
	return func() { d.handHeld(p, via) }, nil
}

// handHeld hands over what waited for the registration.
func (d *Device) handHeld(p *proc, via push.Via) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.dead {
		return
	}
	var rest []heldMessage
	for _, m := range p.app.waiting {
		if m.via == via {
			p.post(seam.OnMessage, seam.Message{PushType: via.String(), Payload: m.payload}, nil)
			continue
		}
		rest = append(rest, m)
	}
	p.app.waiting = rest
}

// call hands a message to the process if it has registered for the type. A
// message for a type without registration is lost, unless Options say
// otherwise; nil says that nobody was called. That the receipt is 0 then is a
// claim: pushservice.callback.unregistered. d.mu is held.
func (d *Device) call(p *proc, via push.Via, payload push.Payload) *job {
	if !slices.Contains(p.registered, via.String()) {
		if d.opts.KeepUnregistered && len(p.app.waiting) < maxPerApp {
			p.app.waiting = append(p.app.waiting, heldMessage{via, payload})
		} else {
			d.systemLog("W", "PushService", "no receiver registered for "+via.String()+" in "+p.app.spec.Bundle)
		}
		return nil
	}
	return p.post(seam.OnMessage, seam.Message{PushType: via.String(), Payload: payload}, nil)
}

// handOver gives the app in front the background message that was kept for it,
// once.
func (d *Device) handOver(p *proc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := p.app.kept.Background
	if kept == nil || !p.foreground {
		return
	}
	p.app.kept.Background = nil
	d.save(p.app)
	if d.now().Sub(kept.At) > keptFor {
		return
	}
	d.call(p, push.Background, push.Payload{Type: "BACKGROUND", Data: kept.Data})
}

// payloadData is the JSON text that the app gets for extraData; more is added
// for the types that carry a notification.
func payloadData(token, extraData string, notification any) string {
	data := map[string]any{"data": extraData, "header": map[string]string{"token": token}}
	if notification != nil {
		data["messageAction"], data["notification"] = 0, notification
	}
	b, err := json.Marshal(data)
	if err != nil {
		// Its parts were unmarshalled before.
		panic("marshal a payload: " + err.Error())
	}
	return string(b)
}
