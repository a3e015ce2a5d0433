// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// revocationLife is how long a revocation waits for a device that is offline:
// as long as a message does.
var revocationLife = time.Duration(ttlDefault) * time.Second

// takeBack judges the tokens of a revocation; what was not delivered to the
// good ones ends, and their devices are asked to remove what they show (claims
// cloud.revoke-tokens, cloud.revoke-late).
func (c *Cloud) takeBack(bundle string, q *revocation, rec *record) (Answer, *fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Answer{}, busy("the cloud is being closed")
	}
	good, bad, f := c.sortRevoked(bundle, q)
	rec.Rejected = bad.recorded()
	if f != nil {
		return Answer{}, f
	}
	if id := c.fullLane(good); id != "" {
		return Answer{}, busy("%d messages wait for device %s already", c.options.QueueLimit, id)
	}
	answer := Answer{Code: codeSuccess, Msg: textOf(codeSuccess)}
	if bad.count > 0 {
		answer = bad.partial(len(good), c.options.PaddedReasons)
		answer.Code = codeRevokePartial
	}
	rec.Deliveries = make([]Delivery, len(good))
	c.keep(rec, answer)
	now := c.clock.Now()
	for i, reg := range good {
		c.ask(q, reg, rec, i, now)
	}
	return answer, nil
}

// sortRevoked splits the tokens of a revocation, which must all be of the app
// that the URL's client id names.
func (c *Cloud) sortRevoked(bundle string, q *revocation) (good []*registration, bad illegal, f *fault) {
	bad.reasons = map[string][]string{}
	seen := make(map[string]bool, len(q.tokens))
	apps := map[string]bool{}
	for _, t := range q.tokens {
		if seen[t] {
			continue
		}
		seen[t] = true
		reg := c.tokens.known[t]
		switch {
		case reg == nil:
			bad.add(reasonFormat, t)
		case reg.refused != "":
			bad.add(reg.refused, t)
		default:
			apps[reg.app.Bundle] = true
			good = append(good, reg)
		}
	}
	switch {
	case len(apps) > 1:
		return nil, bad, refuse(codeRevokeApps, "the tokens are of %d apps", len(apps))
	case len(good) == 0:
		return nil, bad, bad.total(c.options.PaddedReasons)
	case !apps[bundle]:
		return nil, bad, refuse(codeRevokeApp, "the tokens are of another app than %s", bundle)
	}
	return good, bad, nil
}

// ask ends the messages that wait for a token and queues the revocation for its
// device.
func (c *Cloud) ask(q *revocation, reg *registration, rec *record, index int, now time.Time) {
	rec.Deliveries[index] = Delivery{
		Token: push.NewToken(reg.token).Fingerprint(), Device: reg.device, Bundle: reg.app.Bundle, State: Waiting, At: time.Now(),
	}
	p := &parcel{reg: reg, rec: rec, index: index, revoke: true, notifyID: &q.notifyID, message: sim.Message{
		RequestID: rec.RequestID, Token: reg.token, PushType: q.kind.PushType(), CollapseKey: int(collapseKeyMin),
		SentAt: now, ExpiresAt: now.Add(revocationLife),
	}}
	if reg.gone != nil {
		c.conclude(p, Asked, nil)
		return
	}
	l := c.lanes[reg.device]
	c.withdraw(l, p)
	c.enqueue(l, p)
}

// withdraw ends what waits on a lane and is revoked.
func (c *Cloud) withdraw(l *lane, by *parcel) {
	withdrawn := func(p *parcel) bool {
		if p.revoke || p.notifyID == nil || *p.notifyID != *by.notifyID || p.reg != by.reg || p.message.PushType != by.message.PushType {
			return false
		}
		c.conclude(p, Revoked, nil)
		return true
	}
	var late []*parcel
	for _, p := range l.late {
		if !withdrawn(p) {
			late = append(late, p)
		}
	}
	l.late = late
	for i := 0; i < len(l.waiting); {
		if withdrawn(l.waiting[i]) {
			l.take(i)
		} else {
			i++
		}
	}
}

// askDevice hands a revocation to its device.
func (c *Cloud) askDevice(ctx context.Context, p *parcel, device sim.Device) {
	if r, ok := device.(sim.Revoker); ok {
		r.Revoke(ctx, sim.Revocation{
			RequestID: p.message.RequestID, Token: p.message.Token, PushType: p.message.PushType, NotifyID: int(*p.notifyID),
		})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conclude(p, Asked, nil)
}
