// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"

	"github.com/pushproof/pushproof/harness/sim"
)

var _ sim.Revoker = (*Device)(nil)

// Revoke implements sim.Revoker (rule 21): what is shown for the token, the
// push-type and the id leaves the shade; a notification that was clicked has
// left it before. The badge stays. Source: Push Kit REST API, message revoke.
func (d *Device) Revoke(_ context.Context, r sim.Revocation) {
	defer d.begin()()
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.byToken(r.Token)
	if a == nil || d.closed || !d.net.reachable() {
		return
	}
	if d.withdraw(deletedByApp, func(n *notification) bool {
		return n.app == a && n.id == r.NotifyID && n.pushType == r.PushType
	}) > 0 {
		d.systemLog("I", "PushService", "message revoked, notifyId is "+itoa(r.NotifyID))
	}
}
