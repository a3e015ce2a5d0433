// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// real makes a form that is no test message.
func real(tb testing.TB, token string, formID int) string {
	return form(tb, token, fmt.Sprintf("payload.formId=%d", formID), "pushOptions.testMessage=false")
}

// Rule 29: the third refresh of a card in a day gets 256 for a released app,
// the sixth for another. Other cards, devices and test messages do not count.
func TestFormLimit(t *testing.T) {
	for mark, limit := range map[string]int{"": 2, "form:unreleased": 5, "form:social": 50, "form:other": 5} {
		t.Run(mark, func(t *testing.T) {
			w := newWorld(t, func(o *cloud.Options) {
				o.Projects[0].Apps[0].Rights = []string{mark}
			})
			phone := w.token(bundle, &device{id: "phone"})
			expect := func(name, body string, want sim.Receipt) {
				t.Helper()
				if got := w.receipt(w.accepted(1, body)); got != want {
					t.Errorf("%s: receipt %d, want %d", name, got, want)
				}
			}
			for range limit {
				expect("within", real(t, phone, 1), sim.Delivered)
			}
			expect("one more", real(t, phone, 1), sim.FrequencyLimit)
			expect("test message", form(t, phone), sim.Delivered)
			expect("other card", real(t, phone, 2), sim.Delivered)
			expect("other device", real(t, w.token(bundle, &device{id: "tablet"}), 1), sim.Delivered)
			expect("still", real(t, phone, 1), sim.FrequencyLimit)
			w.clock.Advance(24 * time.Hour)
			expect("next day", real(t, phone, 1), sim.Delivered)
		})
	}
}

// Rule 27: a form that the device does not know is refused by the cloud for 30
// days, one whose device is tired for one day; test messages too.
func TestFormBlock(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		said, then sim.Receipt
		block      time.Duration
	}{
		{sim.NotShown, sim.FormMissing, 30 * day},
		{sim.FormMissing, sim.FormMissing, 30 * day},
		{sim.FormRefreshLimit, sim.FormRefreshLimit, day},
	} {
		w := newWorld(t, nil)
		var says atomic.Int64
		says.Store(int64(c.said))
		d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt { return sim.Receipt(says.Load()) }}
		token := w.token(bundle, d)
		if got := w.receipt(w.accepted(1, form(t, token))); got != c.said {
			t.Errorf("receipt %d, want %d", got, c.said)
		}
		says.Store(int64(sim.Delivered))
		if got := w.receipt(w.accepted(1, form(t, token))); got != c.then {
			t.Errorf("after %d: receipt %d, want %d", c.said, got, c.then)
		}
		if got := w.receipt(w.accepted(1, form(t, token, "payload.formId=2"))); got != sim.Delivered {
			t.Errorf("another form after %d: receipt %d", c.said, got)
		}
		w.clock.Advance(c.block - time.Minute)
		if got := w.receipt(w.accepted(1, form(t, token))); got != c.then {
			t.Errorf("just before the end of the block by %d: receipt %d, want %d", c.said, got, c.then)
		}
		w.clock.Advance(time.Minute)
		if got := w.receipt(w.accepted(1, form(t, token))); got != sim.Delivered {
			t.Errorf("after the block by %d: receipt %d", c.said, got)
		}
		if got := len(d.messages()); got != 3 {
			t.Errorf("the device got %d messages, want 3: a blocked one does not reach it", got)
		}
	}
}
