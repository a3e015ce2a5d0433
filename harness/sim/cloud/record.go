// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"slices"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// record is an Activity in the making. Once it is kept it is guarded by the
// cloud's lock.
type record struct {
	Activity
	version uint64
	// receiptID is pushOptions.receiptId.
	receiptID string
	// generation is that of the cloud when the record was kept.
	generation int
}

// snapshot copies what may still change.
func (r *record) snapshot() Activity {
	a := r.Activity
	a.Deliveries = slices.Clone(a.Deliveries)
	return a
}

func (c *Cloud) newRecord(now time.Time, project string) *record {
	return &record{Activity: Activity{At: now, RequestID: c.serials.next(now), Project: project, API: fixtures.APISend, PushType: -1}}
}

// keep puts a record and its answer into the activity.
func (c *Cloud) keep(rec *record, a Answer) {
	rec.HTTPStatus, rec.Code, rec.Msg = c.status(a), a.Code, a.Msg
	if a.recorded != "" {
		rec.Msg = a.recorded
	}
	rec.generation = c.generation
	c.activity.add(rec)
	c.log.Debug("request", "requestId", rec.RequestID, "pushType", rec.PushType, "status", rec.HTTPStatus, "code", rec.Code, "detail", rec.Detail)
}

// settle ends a parcel with a receipt.
func (c *Cloud) settle(p *parcel, receipt sim.Receipt) { c.conclude(p, Settled, &receipt) }

func (c *Cloud) conclude(p *parcel, state State, receipt *sim.Receipt) {
	d := &p.rec.Deliveries[p.index]
	d.State, d.Receipt, d.At = state, receipt, time.Now()
	c.activity.touch(p.rec)
	if receipt != nil {
		c.report(p, *d)
	}
}

// activityRing is the bounded record. It is guarded by the cloud's lock.
type activityRing struct {
	limit   int
	records []*record
	version uint64
	changed chan struct{}
}

func newActivityRing(limit int) activityRing { return activityRing{limit: limit} }

func (r *activityRing) add(rec *record) {
	if len(r.records) == r.limit {
		r.records[0] = nil
		r.records = r.records[1:]
	}
	r.records = append(r.records, rec)
	r.touch(rec)
}

// touch marks a record as changed.
func (r *activityRing) touch(rec *record) {
	r.version++
	rec.version = r.version
	r.wake()
}

// clear forgets all records.
func (r *activityRing) clear() {
	r.records = nil
	r.version++
	r.wake()
}

// find returns the record of that request, nil if it is not kept.
func (r *activityRing) find(requestID string) *record {
	for i := len(r.records) - 1; i >= 0; i-- {
		if r.records[i].RequestID == requestID {
			return r.records[i]
		}
	}
	return nil
}

// wake releases everybody who watches.
func (r *activityRing) wake() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// watch returns a channel that is closed at the next change.
func (r *activityRing) watch() <-chan struct{} {
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return r.changed
}

// since returns the records that changed after that version, oldest first.
func (r *activityRing) since(version uint64) []Activity {
	var news []Activity
	for _, rec := range r.records {
		if rec.version > version {
			news = append(news, rec.snapshot())
		}
	}
	return news
}
