// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"time"
	_ "time/tzdata" // the zones of a device do not depend on the host's
)

// calendar is how the device's clock differs from the real one; d.mu guards it.
// The world's clock, on which timers run, knows nothing of it.
type calendar struct {
	ahead time.Duration
	// zone is nil for the host's own.
	zone *time.Location
}

// date is what the device's clock shows; d.mu is held.
func (d *Device) date() time.Time {
	now := time.Now().Add(d.calendar.ahead)
	if d.calendar.zone != nil {
		now = now.In(d.calendar.zone)
	}
	return now
}

// today is date for those who do not hold d.mu.
func (d *Device) today() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.date()
}
