// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// askAgain is how often, on the cloud's clock, an offline device is asked
// whether it is back, and how late the end of a kept message may be noticed. A
// device that calls Connect does not wait for it.
const askAgain = 500 * time.Millisecond

// parcel is one message on its way to one token.
type parcel struct {
	message sim.Message
	reg     *registration
	rec     *record
	index   int
	form    *int64
	view    *activity
	// notifyID is that of a notification which has one. With revoke the parcel
	// is the revocation of those that have it.
	notifyID *int64
	revoke   bool
	// held means that it waits in the offline cache and not in the queue.
	held bool
}

// lane is the way to one device: messages go over it one at a time, in order.
// It is guarded by the cloud's lock; a goroutine works on it only while there
// is something to do.
type lane struct {
	device  sim.Device
	waiting []*parcel
	fresh   int // of waiting, those that are not held
	// late are those that a fault keeps back until another one comes, aside
	// counts those that one delays.
	late    []*parcel
	aside   int
	working bool
	again   bool // Connect was called while somebody worked
	stop    func() bool
}

// rest stops the lane's timer.
func (l *lane) rest() {
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
}

// laneOf returns the device's lane and has it lead to d.
func (c *Cloud) laneOf(id string, d sim.Device) *lane {
	l := c.lanes[id]
	if l == nil {
		l = &lane{}
		c.lanes[id] = l
	}
	l.device = d
	return l
}

// Connect tells the cloud that the device is online (again): d takes over the
// tokens of its ID, and what was kept for it is delivered.
func (c *Cloud) Connect(d sim.Device) {
	id := d.ID()
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.laneOf(id, d)
	l.again = l.working
	c.startWork(l)
}

// fullLane returns the first device whose queue has no room for a request.
func (c *Cloud) fullLane(regs []*registration) string {
	need := make(map[string]int, len(regs))
	for _, reg := range regs {
		if reg.gone != nil {
			continue
		}
		need[reg.device]++
		if l := c.lanes[reg.device]; l.fresh+l.aside+len(l.late)+need[reg.device] > c.options.QueueLimit {
			return reg.device
		}
	}
	return ""
}

func (c *Cloud) enqueue(l *lane, p *parcel) {
	l.waiting = append(l.waiting, p)
	l.fresh++
	c.startWork(l)
}

// startWork sets a worker on the lane unless there is one.
func (c *Cloud) startWork(l *lane) {
	if c.closed || l.working || len(l.waiting) == 0 {
		return
	}
	l.rest()
	l.working = true
	c.work.Add(1)
	go c.serve(l)
}

// serve delivers until nothing waits, or the device is offline or its user
// asleep.
func (c *Cloud) serve(l *lane) {
	defer c.work.Done()
	for {
		p, device := c.next(l)
		if p == nil {
			return
		}
		c.hand(p, device)
	}
}

// next takes the next parcel off the lane, or ends the work on it. The device
// is asked without the lock: it may be calling the cloud.
func (c *Cloud) next(l *lane) (*parcel, sim.Device) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		l.again = false
		device := l.device
		c.mu.Unlock()
		online := device.Online()
		away := awaySince(device, online)
		c.mu.Lock()
		c.giveUp(l, away)
		c.expire(l, online)
		if c.closed || len(l.waiting) == 0 {
			l.working = false
			return nil, nil
		}
		if i := c.firstAwake(l); online && i >= 0 {
			return l.take(i), l.device
		}
		if l.again {
			continue
		}
		c.hold(l)
		l.working = false
		c.plan(l)
		return nil, nil
	}
}

// take takes a parcel off the lane, the first one at no cost.
func (l *lane) take(i int) *parcel {
	p := l.waiting[i]
	copy(l.waiting[1:i+1], l.waiting[:i])
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	if !p.held {
		l.fresh--
	}
	return p
}

// plan has the lane worked on again after a while, to see whether the device is
// back and what has expired.
func (c *Cloud) plan(l *lane) {
	l.stop = c.clock.AfterFunc(askAgain, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.startWork(l)
	})
}

// hand gives a parcel to its device and waits until that has dealt with it.
func (c *Cloud) hand(p *parcel, device sim.Device) {
	c.mu.Lock()
	gone := p.reg.gone
	switch {
	case gone != nil && p.revoke:
		c.conclude(p, Asked, nil)
	case gone != nil:
		c.settle(p, *gone)
	}
	c.mu.Unlock()
	if gone != nil {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.options.HandOver)
	defer cancel()
	if p.revoke {
		c.askDevice(ctx, p, device)
		return
	}
	if c.options.Delivering != nil {
		c.options.Delivering(ctx, p.message)
	}
	receipt := device.Deliver(ctx, p.message)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learn(p, receipt)
	c.settle(p, receipt)
}
