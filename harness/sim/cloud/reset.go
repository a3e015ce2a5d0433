// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

// Reset makes the cloud forget what happened: its record, what is on its way,
// what was counted, faults, and receipts that wait to be posted. Projects,
// tokens (those that have ended, too) and the clock stay. What a device is
// dealing with comes to its end unseen.
func (c *Cloud) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.faults.Clear()
	c.quotas, c.limits = quotas{}, newLimits(c.options.Remember)
	for _, l := range c.lanes {
		l.rest()
		l.waiting, l.late, l.fresh, l.aside = nil, nil, 0, 0
	}
	for _, to := range c.callers() {
		to.poster.Reset()
	}
	c.activity.clear()
}
