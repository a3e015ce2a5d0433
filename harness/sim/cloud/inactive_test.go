// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// absentee is a device that knows since when it is away.
type absentee struct {
	*device
	since time.Time
}

func (a absentee) OfflineSince() time.Time { return a.since }

// Rule 45: after 30 days without the network nothing is sent, and the receipt is
// 10 at once; what came a day before that is kept.
func TestRule45InactiveDevices(t *testing.T) {
	for days, inactive := range map[int]bool{29: false, 30: true} {
		w := newWorld(t, nil)
		d := absentee{&device{id: "phone", offline: true}, w.clock.Now()}
		token := w.token(bundle, d)
		w.clock.Advance(time.Duration(days) * 24 * time.Hour)
		body := background("x", "", token)
		if !inactive {
			w.held(6, body)
			continue
		}
		if got := w.receipt(w.accepted(6, body)); got != sim.Inactive {
			t.Errorf("after %d days: receipt %d, want 10", days, got)
		}
		if got := d.messages(); len(got) != 0 {
			t.Errorf("it was sent %v", got)
		}
	}
}
