// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// A device gets everything that it needs to decide.
func TestMessage(t *testing.T) {
	w := newWorld(t, nil)
	w.clock.Advance(48 * time.Hour)
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	body := alert("IM", `"testMessage":true,"ttl":100,"biTag":"b1","collapseKey":7`, token)
	before := w.clock.Now()
	id := w.accepted(0, body)
	a := w.settled(id)
	got := d.messages()[0]
	if got.SentAt.Before(before) || got.SentAt.After(w.clock.Now()) {
		t.Errorf("sent at %v, not on the world's clock", got.SentAt)
	}
	var sent struct{ Payload json.RawMessage }
	if err := json.Unmarshal([]byte(body), &sent); err != nil {
		t.Fatal(err)
	}
	if string(got.Payload) != string(sent.Payload) {
		t.Errorf("payload %s, want the bytes as they were sent: %s", got.Payload, sent.Payload)
	}
	if got.RequestID != id || got.Token != token || got.PushType != 0 || got.Category != "IM" || got.BiTag != "b1" || got.CollapseKey != 7 || !got.Test || got.ExpiresAt.Sub(got.SentAt) != 100*time.Second {
		t.Errorf("message %+v", got)
	}
	if a.PushType != 0 || a.BiTag != "b1" || !a.Test || a.Project != projectID || a.HTTPStatus != 200 || time.Since(a.At) > time.Hour {
		t.Errorf("record %+v", a)
	}

	w.settled(w.accepted(6, background("x", "", token)))
	if got := d.messages()[1]; got.CollapseKey != -1 || got.Test || got.BiTag != "" || got.ExpiresAt.Sub(got.SentAt) != 24*time.Hour {
		t.Errorf("defaults: %+v", got)
	}
}

// The device's receipt is recorded, whatever it is.
func TestReceipts(t *testing.T) {
	w := newWorld(t, nil)
	next := make(chan sim.Receipt, 1)
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt { return <-next }}
	token := w.token(bundle, d)
	for _, receipt := range []sim.Receipt{sim.Delivered, sim.NotificationsOff, sim.ProcessAbsent, sim.NotShown} {
		next <- receipt
		if got := w.receipt(w.accepted(6, background("x", "", token))); got != receipt {
			t.Errorf("recorded %d, the device said %d", got, receipt)
		}
	}
}

// Messages reach a device one at a time and in order, while another device
// does not wait for them.
func TestOrder(t *testing.T) {
	w := newWorld(t, nil)
	gate := make(chan struct{})
	inside := make(chan struct{}, 1)
	slow := &device{id: "slow", deal: func(context.Context, sim.Message) sim.Receipt {
		select {
		case inside <- struct{}{}:
		default:
			t.Error("two messages at the same time")
		}
		<-gate
		<-inside
		return sim.Delivered
	}}
	quick := &device{id: "quick"}
	slowToken, quickToken := w.token(bundle, slow), w.token(bundle, quick)
	var want []string
	var last string
	for i := range 20 {
		want = append(want, fmt.Sprint(i))
		last = w.accepted(6, background(want[i], "", slowToken))
	}
	w.settled(w.accepted(6, background("past", "", quickToken)))
	close(gate)
	w.settled(last)
	if got := slow.extras(t); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// A request to several tokens has an end for each.
func TestSeveralTokens(t *testing.T) {
	w := newWorld(t, nil)
	var tokens []string
	want := []sim.Receipt{sim.Delivered, sim.NotificationsOff, sim.ProcessAbsent}
	for i, receipt := range want {
		tokens = append(tokens, w.token(bundle, &device{id: fmt.Sprint(i), deal: func(context.Context, sim.Message) sim.Receipt { return receipt }}))
	}
	a := w.settled(w.accepted(6, background("x", "", tokens...)))
	for i, d := range a.Deliveries {
		if d.Receipt == nil || *d.Receipt != want[i] || d.Device != fmt.Sprint(i) {
			t.Errorf("token %d: %+v, want receipt %d", i, d, want[i])
		}
	}
}

// A full queue is flow control: HTTP 503 in both modes, nothing accepted.
func TestFullQueue(t *testing.T) {
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		w := newWorld(t, func(o *cloud.Options) { o.Mode, o.QueueLimit = mode, 3 })
		entered, gate := make(chan struct{}, 10), make(chan struct{})
		d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
			entered <- struct{}{}
			<-gate
			return sim.Delivered
		}}
		token, free := w.token(bundle, d), w.token(bundle, &device{id: "free"})
		// What was kept while the device was offline does not count, neither
		// then nor later.
		d.setOffline(true)
		for i := range 4 {
			w.held(6, background(fmt.Sprint("kept ", i), "", token))
		}
		d.setOffline(false)
		w.Connect(d)
		for range 4 {
			<-entered
			gate <- struct{}{}
		}
		w.accepted(6, background("0", "", token))
		<-entered
		var last string
		for i := range 3 {
			last = w.accepted(6, background(fmt.Sprint(i+1), "", token))
		}
		for _, body := range []string{background("no", "", token), background("no", "", free, token)} {
			r := w.send(6, body)
			if r.Status != 503 || !strings.Contains(r.Body, "3 messages wait for device phone") {
				t.Errorf("mode %d: %d %q", mode, r.Status, r.Body)
			}
		}
		close(gate)
		w.settled(last)
		w.settled(w.accepted(6, background("4", "", token)))
		if got := d.extras(t)[4:]; !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
			t.Errorf("mode %d: delivered %v", mode, got)
		}
	}
}

// A device that does not come back from Deliver is told by its context.
func TestHandOverTime(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.HandOver = time.Millisecond })
	d := &device{id: "phone", deal: func(ctx context.Context, _ sim.Message) sim.Receipt {
		<-ctx.Done()
		return sim.Other
	}}
	if got := w.receipt(w.accepted(6, background("x", "", w.token(bundle, d)))); got != sim.Other {
		t.Errorf("receipt %d", got)
	}
}

// Delivering sees each message before its device.
func TestDelivering(t *testing.T) {
	gate := make(chan struct{})
	w := newWorld(t, func(o *cloud.Options) {
		o.Delivering = func(context.Context, sim.Message) { <-gate }
	})
	d := &device{id: "phone"}
	id := w.accepted(6, background("x", "", w.token(bundle, d)))
	if got := d.messages(); len(got) != 0 {
		t.Errorf("delivered %v past the hook", got)
	}
	gate <- struct{}{}
	w.settled(id)
}
