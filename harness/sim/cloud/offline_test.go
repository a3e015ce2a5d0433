// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// held sends a message to a device that is offline and waits until it is kept.
func (w *world) held(pushType int, body string) string {
	w.Helper()
	id := w.accepted(pushType, body)
	w.state(id, cloud.Held)
	return id
}

// Rule 44: an offline device's messages are kept and delivered in order when
// it connects.
func TestOffline(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	var last string
	for _, extra := range []string{"1", "2", "3"} {
		last = w.held(6, background(extra, "", token))
	}
	if got := d.messages(); len(got) != 0 {
		t.Errorf("delivered %v to a device that is offline", got)
	}
	d.setOffline(false)
	w.Connect(d)
	w.settled(last)
	if got := d.extras(t); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("delivered %v", got)
	}
}

// A device that does not call Connect is found to be online all the same.
func TestOnlineWithoutConnect(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone", offline: true}
	id := w.held(6, background("x", "", w.token(bundle, d)))
	w.clock.Advance(time.Second)
	d.setOffline(false)
	w.clock.Advance(time.Second)
	if got := w.receipt(id); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
}

// stoppedClock has no timers.
type stoppedClock struct{ sim.Clock }

func (stoppedClock) AfterFunc(time.Duration, func()) func() bool { return func() bool { return true } }

// A device that connects while the cloud is about to find it offline is not
// forgotten.
func TestConnectAtTheWrongMoment(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Clock = stoppedClock{o.Clock} })
	entered, gate := make(chan struct{}), make(chan struct{})
	first := true
	d := &device{id: "phone", online: func() bool {
		if !first {
			return true
		}
		first = false
		close(entered)
		<-gate
		return false
	}}
	id := w.accepted(6, background("x", "", w.token(bundle, d)))
	<-entered
	w.Connect(d)
	close(gate)
	if got := w.receipt(id); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
}

// A new object with the ID of a device takes over what is kept for it.
func TestConnectTakesOver(t *testing.T) {
	w := newWorld(t, nil)
	old := &device{id: "phone", offline: true}
	token := w.token(bundle, old)
	id := w.held(6, background("x", "", token))
	young := &device{id: "phone"}
	w.Connect(young)
	w.settled(id)
	w.settled(w.accepted(6, background("y", "", token)))
	if got := young.extras(t); !slices.Equal(got, []string{"x", "y"}) || len(old.messages()) != 0 {
		t.Errorf("the new one got %v, the old one %d messages", got, len(old.messages()))
	}
}

// Rule 44: what waits longer than its ttl is never delivered, and has no
// receipt (claim cloud.expired); one day is the default.
func TestTTL(t *testing.T) {
	for _, c := range []struct {
		options string
		ttl     time.Duration
	}{{"", 24 * time.Hour}, {`"ttl":60`, time.Minute}, {`"ttl":1296000`, 15 * 24 * time.Hour}} {
		w := newWorld(t, nil)
		d := &device{id: "phone", offline: true}
		id := w.held(6, background("x", c.options, w.token(bundle, d)))
		w.clock.Advance(c.ttl - 30*time.Second)
		w.state(id, cloud.Held)
		w.clock.Advance(30 * time.Second)
		a := w.settled(id)
		if got := a.Deliveries[0]; got.State != cloud.Expired || got.Receipt != nil {
			t.Errorf("%q: %+v, want expired without receipt", c.options, got)
		}
		d.setOffline(false)
		w.Connect(d)
		w.settled(w.accepted(6, background("y", "", w.token(bundle, d))))
		if got := d.extras(t); !slices.Equal(got, []string{"y"}) {
			t.Errorf("%q: delivered %v", c.options, got)
		}
	}
}

// A message may expire in the queue of a device that is online, too.
func TestTTLInTheQueue(t *testing.T) {
	w := newWorld(t, nil)
	entered, gate := make(chan struct{}, 2), make(chan struct{})
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		entered <- struct{}{}
		<-gate
		return sim.Delivered
	}}
	token := w.token(bundle, d)
	first := w.accepted(6, background("1", `"ttl":60`, token))
	<-entered
	second := w.accepted(6, background("2", `"ttl":60`, token))
	w.clock.Advance(time.Minute)
	close(gate)
	if got := w.receipt(first); got != sim.Delivered {
		t.Errorf("the first: receipt %d", got)
	}
	if got := w.settled(second).Deliveries[0]; got.State != cloud.Expired {
		t.Errorf("the second: %+v, want expired", got)
	}
}

// A ttl of zero means now or never (claim cloud.ttl-zero).
func TestTTLZero(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	if got := w.receipt(w.accepted(6, background("x", `"ttl":0`, token))); got != sim.Delivered {
		t.Errorf("online: receipt %d", got)
	}
	d.setOffline(true)
	if got := w.settled(w.accepted(6, background("x", `"ttl":0`, token))).Deliveries[0]; got.State != cloud.Expired {
		t.Errorf("offline: %+v, want expired", got)
	}
}

// Rule 44: of the messages for one app the newest 120 are kept; older ones get
// receipt 15. Another app's do not count (claim cloud.offline-scope).
func TestOfflineLimit(t *testing.T) {
	other := "com.example.other"
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Apps = append(o.Projects[0].Apps, sim.App{Bundle: other})
		o.QueueLimit = 5
	})
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	bystander := w.held(6, background("other", "", w.token(other, d)))
	var ids, want []string
	for i := range 123 {
		ids = append(ids, w.held(6, background(fmt.Sprint(i), "", token)))
		if i >= 3 {
			want = append(want, fmt.Sprint(i))
		}
	}
	for _, id := range ids[:3] {
		if got := w.receipt(id); got != sim.OfflineControl {
			t.Errorf("an older message: receipt %d, want %d", got, sim.OfflineControl)
		}
	}
	d.setOffline(false)
	w.Connect(d)
	w.settled(ids[122])
	if got := w.receipt(bystander); got != sim.Delivered {
		t.Errorf("the other app's: receipt %d", got)
	}
	if got := d.extras(t); !slices.Equal(got, append([]string{"other"}, want...)) {
		t.Errorf("delivered %v", got)
	}
}

// Rule 44: of a collapse group only the newest is kept; -1 keeps all, and only
// push-type 0 and 2 have groups.
func TestCollapse(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	extension := func(options string) string {
		return strings.Replace(alert("PLAY_VOICE", options, token), `"payload":{`, `"payload":{"extraData":"x",`, 1)
	}
	messages := []struct {
		pushType int
		body     string
		want     sim.Receipt
	}{
		{0, alert("IM", `"collapseKey":0`, token), sim.OfflineControl},
		{0, alert("IM", `"collapseKey":1`, token), sim.Delivered},
		{0, alert("IM", "", token), sim.Delivered},
		{0, alert("IM", `"collapseKey":-1`, token), sim.Delivered},
		{6, background("x", `"collapseKey":0`, token), sim.Delivered},
		{6, background("x", `"collapseKey":0`, token), sim.Delivered},
		{2, extension(`"collapseKey":0`), sim.OfflineControl},
		{0, alert("IM", `"collapseKey":0`, token), sim.Delivered},
	}
	var ids []string
	for _, m := range messages {
		ids = append(ids, w.held(m.pushType, m.body))
	}
	d.setOffline(false)
	w.Connect(d)
	for i, m := range messages {
		if got := w.receipt(ids[i]); got != m.want {
			t.Errorf("message %d: receipt %d, want %d", i, got, m.want)
		}
	}
}

// collapseKey does not touch what is delivered to a device that is online.
func TestCollapseOnline(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	for range 3 {
		if got := w.receipt(w.accepted(0, alert("IM", `"collapseKey":5`, token))); got != sim.Delivered {
			t.Errorf("receipt %d", got)
		}
	}
}
