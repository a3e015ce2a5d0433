// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"slices"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// launch puts a parcel on its lane, or does with it what the rules of faults
// say. The cloud's lock is held.
func (c *Cloud) launch(l *lane, p *parcel) {
	if c.faults.Watches(faults.Delivery) && c.disturbDelivery(l, p) {
		return
	}
	c.enqueue(l, p)
	c.release(l)
}

// disturbDelivery reports whether faults have taken the parcel.
func (c *Cloud) disturbDelivery(l *lane, p *parcel) bool {
	hits := c.faults.Take(faults.Event{
		On: faults.Delivery, PushType: p.message.PushType, Tokens: []string{push.NewToken(p.message.Token).Fingerprint()},
	})
	if len(hits) == 0 {
		return false
	}
	p.rec.Deliveries[p.index].Faults = idsOf(hits)
	parcels, delay, reorder := []*parcel{p}, 0, 0
	for _, f := range hits {
		switch f.Kind {
		case faults.Drop:
			c.conclude(p, Lost, nil)
			return true
		case faults.Receipt:
			c.settle(p, sim.Receipt(*f.Result))
			return true
		case faults.Duplicate:
			parcels = append(parcels, p.again())
		case faults.Delay:
			delay += f.Millis
		case faults.Reorder:
			reorder = f.Millis
		}
	}
	switch {
	case delay > 0:
		c.later(l, parcels, delay)
	case reorder > 0:
		l.late = append(l.late, parcels...)
		c.releaseLater(l, parcels, reorder)
	default:
		for _, p := range parcels {
			c.enqueue(l, p)
		}
		c.release(l)
	}
	return true
}

// again makes a second parcel of the same message, with an end of its own.
func (p *parcel) again() *parcel {
	second := *p
	second.index = len(p.rec.Deliveries)
	p.rec.Deliveries = append(p.rec.Deliveries, p.rec.Deliveries[p.index])
	return &second
}

// later puts parcels on the lane after a while. Meanwhile others overtake them.
func (c *Cloud) later(l *lane, parcels []*parcel, millis int) {
	generation := c.generation
	l.aside += len(parcels)
	c.clock.AfterFunc(time.Duration(millis)*time.Millisecond, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed || generation != c.generation {
			return
		}
		l.aside -= len(parcels)
		for _, p := range parcels {
			c.enqueue(l, p)
		}
		c.release(l)
	})
}

// release puts those that were kept back behind the one that came after them.
func (c *Cloud) release(l *lane) {
	late := l.late
	l.late = nil
	for _, p := range late {
		c.enqueue(l, p)
	}
}

// releaseLater puts parcels on the lane if nothing has come after them.
func (c *Cloud) releaseLater(l *lane, parcels []*parcel, millis int) {
	c.clock.AfterFunc(time.Duration(millis)*time.Millisecond, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, p := range parcels {
			if i := slices.Index(l.late, p); i >= 0 && !c.closed {
				l.late = slices.Delete(l.late, i, i+1)
				c.enqueue(l, p)
			}
		}
	})
}
