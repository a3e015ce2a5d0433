// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

const news = "com.example.news"

// noRights makes the app's every category MARKETING, and adds a licensed news
// app.
func noRights(o *cloud.Options) {
	o.Projects[0].Apps = []sim.App{{Bundle: bundle}, {Bundle: news, Rights: []string{"licence:news"}}}
}

// Rule 20: after 2 marketing messages a day (5 for a licensed news app) the
// next is accepted, not delivered, and gets receipt 256. Each app and device
// has its own count, other kinds and test messages have none.
func TestMarketingLimit(t *testing.T) {
	w := newWorld(t, noRights)
	phone, tablet := &device{id: "phone"}, &device{id: "tablet"}
	shop, shopOnTablet, reader := w.token(bundle, phone), w.token(bundle, tablet), w.token(news, phone)
	expect := func(name, token, category, options string, want sim.Receipt) {
		t.Helper()
		if got := w.receipt(w.accepted(0, alert(category, options, token))); got != want {
			t.Errorf("%s: receipt %d, want %d", name, got, want)
		}
	}
	expect("first", shop, "MARKETING", "", sim.Delivered)
	expect("second, by downgrade", shop, "IM", "", sim.Delivered)
	expect("third", shop, "MARKETING", "", sim.FrequencyLimit)
	expect("test message", shop, "MARKETING", `"testMessage":true`, sim.Delivered)
	expect("fourth", shop, "TRAVEL", "", sim.FrequencyLimit)
	expect("other device", shopOnTablet, "MARKETING", "", sim.Delivered)
	if got := w.receipt(w.accepted(6, background("x", "", shop))); got != sim.Delivered {
		t.Errorf("background: receipt %d", got)
	}
	for range 5 {
		expect("news", reader, "MARKETING", "", sim.Delivered)
	}
	expect("sixth news", reader, "MARKETING", "", sim.FrequencyLimit)
	expect("again after a new token", w.token(bundle, phone), "MARKETING", "", sim.FrequencyLimit)
	w.clock.Advance(24 * time.Hour)
	expect("next day", w.token(bundle, phone), "MARKETING", "", sim.Delivered)
}

// The limit counts requests, also those that are never shown.
func TestMarketingLimitCountsRequests(t *testing.T) {
	w := newWorld(t, noRights)
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	w.held(0, alert("MARKETING", "", token))
	w.held(0, alert("MARKETING", "", token))
	if got := w.receipt(w.accepted(0, alert("MARKETING", "", token))); got != sim.FrequencyLimit {
		t.Errorf("receipt %d", got)
	}
}

// A project has 1000 accepted test requests a day; refused ones and other
// messages do not count, and the latter go on.
func TestTestMessageQuota(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	body := background("x", `"testMessage":true`, token)
	for range 3 {
		w.send(6, background("x", `"testMessage":true`, "malformed"))
		w.send(6, strings.Replace(body, "extraData", "data", 1))
		w.accepted(6, background("x", "", token))
	}
	var last string
	for range 1000 {
		last = w.accepted(6, body)
	}
	if r := w.send(6, body); r.Code != "80300029" || r.Msg != "When send test message, the api request exceed limit." {
		t.Errorf("the 1001st test message: %s", r.Body)
	}
	w.accepted(6, background("x", "", token))
	w.settled(last)
	w.clock.Advance(24 * time.Hour)
	w.accepted(6, body)
}

// fixedClock stands still where it is set.
type fixedClock struct {
	sim.Clock
	mu  sync.Mutex
	now time.Time
}

func (f *fixedClock) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixedClock) set(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = now
}

// The natural day is Beijing's (claim cloud.natural-day).
func TestNaturalDay(t *testing.T) {
	fixed := &fixedClock{now: time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)}
	w := newWorld(t, func(o *cloud.Options) {
		noRights(o)
		fixed.Clock, o.Clock = o.Clock, fixed
	})
	d := &device{id: "phone"}
	token := w.token(bundle, d)
	expect := func(want sim.Receipt) {
		t.Helper()
		if got := w.receipt(w.accepted(0, alert("MARKETING", "", token))); got != want {
			t.Errorf("at %v: receipt %d, want %d", fixed.Now(), got, want)
		}
	}
	expect(sim.Delivered)
	expect(sim.Delivered)
	expect(sim.FrequencyLimit)
	fixed.set(time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC))
	expect(sim.FrequencyLimit)
	fixed.set(time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC))
	expect(sim.Delivered)
}
