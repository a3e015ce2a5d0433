// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

var offlineMax = int(fixtures.LimitOf("offline.messages.max"))

// hold keeps what waits for a device that is offline, or whose user sleeps: of
// a collapse group the newest message, and of all those for one app the newest
// 120 (claim cloud.offline-scope). What has to go gets receipt 15. Revocations
// are counted by themselves, and end without one. Source: Push Kit REST API,
// pushOptions, and message receipt.
func (c *Cloud) hold(l *lane) {
	if l.fresh == 0 {
		return
	}
	type group struct {
		bundle string
		key    int
	}
	collapsed := map[group]bool{}
	kept, asked := map[string]int{}, map[string]int{}
	var stay []*parcel
	for i := len(l.waiting) - 1; i >= 0; i-- {
		p := l.waiting[i]
		bundle := p.reg.app.Bundle
		g := group{bundle, p.message.CollapseKey}
		switch {
		case p.revoke && asked[bundle] == offlineMax:
			c.conclude(p, Expired, nil)
			continue
		case p.revoke:
			asked[bundle]++
		case kept[bundle] == offlineMax || collapses(p) && collapsed[g]:
			c.settle(p, sim.OfflineControl)
			continue
		default:
			collapsed[g] = collapsed[g] || collapses(p)
			kept[bundle]++
		}
		p.held = true
		p.rec.Deliveries[p.index].State = Held
		c.activity.touch(p.rec)
		stay = append(stay, p)
	}
	for i, j := 0, len(stay)-1; i < j; i, j = i+1, j-1 {
		stay[i], stay[j] = stay[j], stay[i]
	}
	l.waiting, l.fresh = stay, 0
}

// collapses reports whether a newer message of the same group replaces this
// one: a key of -1 keeps all, and only push-type 0 and 2 have groups.
func collapses(p *parcel) bool {
	if p.message.CollapseKey < 0 {
		return false
	}
	return p.message.PushType == push.KindAlert.PushType() || p.message.PushType == push.KindExtension.PushType()
}

// expire ends what has waited longer than its ttl. No receipt is documented
// for that (claim cloud.expired). A ttl of zero means now or never: it ends
// only when the device is offline (claim cloud.ttl-zero) or its user asleep.
func (c *Cloud) expire(l *lane, online bool) {
	now := c.clock.Now()
	stay := l.waiting[:0]
	for _, p := range l.waiting {
		nowOrNever := p.message.ExpiresAt.Equal(p.message.SentAt)
		if p.message.ExpiresAt.After(now) || nowOrNever && online && c.awake(p) {
			stay = append(stay, p)
			continue
		}
		if !p.held {
			l.fresh--
		}
		c.conclude(p, Expired, nil)
	}
	clear(l.waiting[len(stay):])
	l.waiting = stay
}
