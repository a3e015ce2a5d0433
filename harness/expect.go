// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/verdict"
)

// maxExpected bounds the messages that are expected at once; with one more, the
// oldest is given up and stays without an arrival.
const maxExpected = 1024

// Expect returns a Message that somebody else sends, e.g. the team's own
// server: it is the first arrival from now on that matches. matching is called
// in the order of the arrivals, by one goroutine.
func (d *Device) Expect(matching func(Arrival) bool) *Message {
	msg := &Message{
		dev: d, ctx: context.Background(), sentAt: time.Now(), matching: matching,
		closed: map[verdict.Witness]verdict.Testimony{},
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, msg)
	if extra := len(d.waiting) - maxExpected; extra > 0 {
		d.waiting = slices.Delete(d.waiting, 0, extra)
	}
	return msg
}

// offer shows an arrival to those who wait for one. Their own code runs without
// the lock: it may ask the Device something.
func (d *Device) offer(a Arrival) {
	d.mu.Lock()
	waiting := slices.Clone(d.waiting)
	d.mu.Unlock()
	var met []*Message
	for _, m := range waiting {
		if m.matching(a) {
			m.mu.Lock()
			m.found, m.kind = &a, a.Kind
			m.mu.Unlock()
			met = append(met, m)
		}
	}
	if len(met) == 0 {
		return
	}
	d.change(func() {
		d.waiting = slices.DeleteFunc(d.waiting, func(m *Message) bool { return slices.Contains(met, m) })
	})
}
