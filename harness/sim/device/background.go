// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// background deals with a message of push-type 6: the app in front is called;
// otherwise its table gets a row, if the message asks for that, or the message
// is kept in place of the one kept before. A process that is alive but not in
// front counts as absent (claim pushservice.background.alive), and the app in
// front gets no row (claim pushservice.background.proxy-foreground).
func (d *Device) background(ctx context.Context, a *app, m sim.Message, b body) sim.Receipt {
	data := payloadData(m.Token, b.ExtraData, nil)
	d.mu.Lock()
	if p := d.inFront(a); p != nil {
		j := d.call(p, push.Background, push.Payload{Type: "BACKGROUND", Data: data})
		d.mu.Unlock()
		return d.handed(ctx, j)
	}
	defer d.mu.Unlock()
	if b.ProxyData == "ENABLE" {
		err := d.addRow(a, m, b.ExtraData)
		if err == nil {
			return sim.Delivered
		}
		if !errors.Is(err, errNoTable) {
			d.log.Error("a row was not written", "bundle", a.spec.Bundle, "error", err)
			return sim.Other
		}
		// Without a table it is kept like one without proxyData: claim
		// pushservice.proxydata.no-table.
		d.systemLog("W", "PushService", "proxyData of "+a.spec.Bundle+" has no table: the message is kept")
	}
	a.kept.Background = &keptMessage{Data: data, At: d.now()}
	d.save(a)
	return sim.ProcessAbsent
}
