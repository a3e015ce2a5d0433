// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// A penalised project, an app whose pushes are disabled, and one that is silent.
func TestPenalty(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Penalised = true })
	token := w.token(bundle, &device{id: "phone"})
	if r := w.send(6, background("x", "", token)); r.Code != "80300037" || r.Msg != "Disable send huawei msg because of penalty." {
		t.Errorf("a penalised project: %s", r.Body)
	}
	w = newWorld(t, func(o *cloud.Options) { o.Projects[0].Apps[0].Rights = []string{"penalty:disabled"} })
	token = w.token(bundle, &device{id: "phone"})
	if r := w.send(6, background("x", "", token)); r.Code != "80300007" || !strings.Contains(r.Msg, "disableSendHuaweiMsgBecauseOfPenalty") {
		t.Errorf("a penalised app: %s", r.Body)
	}
	w = newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Apps[0].Rights = []string{"penalty:silent", "category:IM"}
	})
	phone := &device{id: "phone"}
	token = w.token(bundle, phone)
	for _, want := range []sim.Receipt{sim.Delivered, sim.Delivered, sim.FrequencyLimit} {
		if got := w.receipt(w.accepted(0, alert("IM", "", token))); got != want {
			t.Errorf("a silent app: receipt %d, want %d", got, want)
		}
	}
	if got := phone.messages()[0].Category; got != "MARKETING" {
		t.Errorf("a silent app: category %s", got)
	}
}

// An atomic service may refresh forms only.
func TestAtomicService(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Apps[0].Rights = append(allRights(), "app:atomic") })
	token := w.token(bundle, &device{id: "phone"})
	w.accepted(1, form(t, token))
	for pushType, body := range map[int]string{0: alert("IM", "", token), 6: background("x", "", token), 7: taxi(t, token), 10: call(t, token)} {
		if r := w.send(pushType, body); r.Code != "80300007" || !strings.Contains(r.Msg, "atomicUnableSendUnsubscribedMsg") {
			t.Errorf("push-type %d: %s", pushType, r.Body)
		}
	}
}

// An app that sends to more devices in a second than it may gets 503, whole.
func TestQPS(t *testing.T) {
	other := "com.example.other"
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Apps = append(o.Projects[0].Apps, sim.App{Bundle: other})
		o.Projects[0].QPS = 3
		o.Clock = &fixedClock{Clock: o.Clock, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	})
	var tokens []string
	for i := range 4 {
		tokens = append(tokens, w.token(bundle, &device{id: fmt.Sprint("device ", i)}))
	}
	foreign := w.token(other, &device{id: "device 0"})
	w.accepted(6, background("x", "", tokens[:2]...))
	if r := w.send(6, background("x", "", tokens[:2]...)); r.Status != 503 || r.Code != "" {
		t.Errorf("4 in a second: %d %s", r.Status, r.Body)
	}
	w.accepted(6, background("x", "", tokens[0]))
	w.accepted(6, background("x", "", foreign))
	if r := w.send(6, background("x", "", tokens[0])); r.Status != 503 {
		t.Errorf("the fourth: %d %s", r.Status, r.Body)
	}
}

// The count starts anew with the next second; a request for more devices than
// that goes out alone.
func TestQPSNextSecond(t *testing.T) {
	fixed := &fixedClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].QPS = 1
		fixed.Clock, o.Clock = o.Clock, fixed
	})
	a, b := w.token(bundle, &device{id: "a"}), w.token(bundle, &device{id: "b"})
	w.accepted(6, background("x", "", a, b))
	if r := w.send(6, background("x", "", a)); r.Status != 503 {
		t.Errorf("in the same second: %d %s", r.Status, r.Body)
	}
	fixed.set(fixed.Now().Add(time.Second))
	w.accepted(6, background("x", "", a))
}

// Rule 43: while the user sleeps only calls and category VOIP come through;
// the rest comes at the end, in order.
func TestSleep(t *testing.T) {
	fixed := &fixedClock{now: time.Date(2026, 3, 1, 15, 30, 0, 0, time.UTC)} // 23:30 in Beijing
	w := newWorld(t, func(o *cloud.Options) {
		fixed.Clock, o.Clock = o.Clock, fixed
		o.Sleep = cloud.Sleep{From: 23 * time.Hour, To: 7 * time.Hour}
	})
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	im := w.held(0, alert("IM", "", token))
	bg := w.held(6, background("x", "", token))
	voip := w.accepted(0, alert("VOIP", "", token))
	if got := w.receipt(voip); got != sim.Delivered {
		t.Errorf("category VOIP: receipt %d", got)
	}
	if got := w.receipt(w.accepted(10, call(t, token))); got != sim.Delivered {
		t.Errorf("a call: receipt %d", got)
	}
	if got := w.settled(w.accepted(6, background("x", `"ttl":0`, token))).Deliveries[0]; got.State != cloud.Expired {
		t.Errorf("now or never: %+v, want expired", got)
	}
	view := w.held(7, taxi(t, token, "pushOptions.ttl=3600"))
	fixed.set(time.Date(2026, 3, 1, 22, 59, 59, 0, time.UTC))
	w.Connect(d)
	if got := w.settled(view).Deliveries[0]; got.State != cloud.Expired {
		t.Errorf("a ttl that ends in the night: %+v, want expired", got)
	}
	w.state(im, cloud.Held)
	fixed.set(time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC))
	w.clock.Advance(time.Second) // nobody connects: the cloud finds out by itself
	if w.receipt(im) != sim.Delivered || w.receipt(bg) != sim.Delivered {
		t.Error("not delivered in the morning")
	}
	var order []int
	for _, m := range d.messages() {
		order = append(order, m.PushType)
	}
	if !slices.Equal(order, []int{0, 10, 0, 6}) {
		t.Errorf("push-types came in the order %v", order)
	}
}

// A window may lie within a day, go over midnight, or be empty.
func TestSleepWindow(t *testing.T) {
	for _, c := range []struct {
		from, to time.Duration
		asleep   []int // hours in Beijing
	}{
		{12 * time.Hour, 14 * time.Hour, []int{12, 13}},
		{22 * time.Hour, time.Hour, []int{22, 23, 0}},
		{time.Hour, time.Hour, nil},
	} {
		fixed := &fixedClock{}
		w := newWorld(t, func(o *cloud.Options) {
			fixed.Clock, o.Clock = o.Clock, fixed
			o.Sleep = cloud.Sleep{From: c.from, To: c.to}
		})
		token := w.token(bundle, &device{id: "phone"})
		for hour := range 24 {
			fixed.set(time.Date(2026, 3, 1, hour-8, 0, 0, 0, time.UTC))
			expired := w.settled(w.accepted(6, background("x", `"ttl":0`, token))).Deliveries[0].State == cloud.Expired
			if expired != slices.Contains(c.asleep, hour) {
				t.Errorf("%v to %v: at %d o'clock asleep is %v", c.from, c.to, hour, expired)
			}
		}
	}
}
