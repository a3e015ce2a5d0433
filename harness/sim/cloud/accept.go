// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// accept judges the tokens of a request and, if any is good, keeps the record
// and sends the messages on their way: all of it in one step, so that two
// requests cannot share the last place in a queue or the last of a quota.
func (c *Cloud) accept(p *project, q *request, rec *record) (Answer, *fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Answer{}, busy("the cloud is being closed")
	}
	now := c.clock.Now()
	if c.quotas.roll(now) {
		c.cards.sweep(now)
		c.views.sweep(now)
	}
	if p.Penalised {
		return Answer{}, refuse(codePenalty, "project %s is penalised", p.ID)
	}
	if f := c.judgeImages(p, q, now); f != nil {
		return Answer{}, f
	}
	if q.options.test && c.quotas.testsSpent(p.ID) {
		return Answer{}, refuse(codeTestQuota, "project %s has used up its test messages of this day", p.ID)
	}
	good, bad := c.sortTokens(p, q, c.otherKind(p, q, now))
	rec.Rejected = bad.recorded()
	if len(good) == 0 {
		return Answer{}, bad.total(c.options.PaddedReasons)
	}
	if id := c.fullLane(good); id != "" {
		return Answer{}, busy("%d messages wait for device %s already", c.options.QueueLimit, id)
	}
	if bundle := c.overPace(p, good, now); bundle != "" {
		return Answer{}, busy("%s sends to more than %d devices in a second", bundle, p.QPS)
	}
	if q.options.test {
		c.quotas.tests[p.ID]++
	}
	answer := Answer{Code: codeSuccess, Msg: textOf(codeSuccess)}
	if len(bad.reasons) > 0 {
		answer = bad.partial(len(good), c.options.PaddedReasons)
	}
	rec.Deliveries = make([]Delivery, len(good))
	c.keep(rec, answer)
	for i, reg := range good {
		c.dispatch(q, reg, rec, i, now)
	}
	return answer, nil
}

// dispatch sends one message on its way, or ends it at once.
func (c *Cloud) dispatch(q *request, reg *registration, rec *record, index int, now time.Time) {
	category := q.notice.category
	if q.kind != push.KindExtension {
		category = reg.app.downgrade(category)
	}
	rec.Deliveries[index] = Delivery{
		Token: push.NewToken(reg.token).Fingerprint(), Device: reg.device, Bundle: reg.app.Bundle,
		Category: category, State: Waiting, At: time.Now(),
	}
	p := &parcel{reg: reg, rec: rec, index: index, form: q.notice.form, view: q.notice.view, notifyID: q.notice.notifyID, message: sim.Message{
		RequestID: rec.RequestID, Token: reg.token, PushType: q.kind.PushType(), Payload: q.payload,
		Category: category, BiTag: q.options.biTag, CollapseKey: q.options.collapseKey, Test: q.options.test,
		SentAt: now, ExpiresAt: now.Add(q.options.ttl),
	}}
	if reg.gone != nil {
		c.settle(p, *reg.gone)
		return
	}
	if receipt, ok := c.admit(p, now); !ok {
		c.settle(p, receipt)
		return
	}
	c.launch(c.lanes[reg.device], p)
}

// downgrade returns the category that the system will see: one without an
// approved right becomes MARKETING in silence, and so does every one of an app
// that is penalised by silence (claim cloud.penalty). That of an extension message is
// covered by the right to the kind (claim cloud.play-voice-right).
func (a app) downgrade(category string) string {
	if category == "" || a.rights["category:"+category] && !a.rights["penalty:silent"] {
		return category
	}
	return marketing
}
