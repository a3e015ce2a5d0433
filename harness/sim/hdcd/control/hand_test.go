// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/hdcd/control"
)

// says runs a command on the device.
func (w *world) says(command string) string {
	w.Helper()
	res, err := w.client.Shell(w.Context(), key, hdc.Raw(command))
	if err != nil {
		w.Fatal(err)
	}
	return string(res.Output)
}

func TestHandsAreDocumented(t *testing.T) {
	documented := slices.Concat(column(t, page(t), "| field of a hand | does |", 1)...)
	documented = slices.DeleteFunc(documented, func(word string) bool { return word == "false" || word == "LOGLIMIT" })
	known := []string{}
	for field := range reflect.TypeFor[control.Hand]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "key" {
			known = append(known, name)
		}
	}
	slices.Sort(documented)
	slices.Sort(known)
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("fields (-known +documented):\n%s", diff)
	}
}

func TestHand(t *testing.T) {
	w := newWorld(t)
	const lock = "hidumper -s ScreenlockService -a -all | grep -E 'screenLocked|deviceLocked' | grep -c true"
	hand := func(field string) { w.Helper(); w.must("PUT", "/hand", `{"key":"`+key+`",`+field+`}`, nil) }
	hand(`"locked":true`)
	if got := w.says(lock); got != "1\n" {
		t.Errorf("locked: %q", got)
	}
	hand(`"pin":true`)
	if got := w.says(lock); got != "2\n" {
		t.Errorf("locked with a PIN: %q", got)
	}
	hand(`"network":false`)
	if w.phone.Online() {
		t.Error("the device is on the net")
	}
	for field, mark := range map[string]string{`"loseLogs":3`: "3 line(s) dropped", `"missLogs":5`: "Slow reader missed log lines: 5"} {
		hand(field)
		w.phone.Deliver(t.Context(), sim.Message{PushType: 99})
		if got := w.says("hilog -x"); !strings.Contains(got, mark) {
			t.Errorf("%s: the log says %q", field, got)
		}
	}
	w.must("POST", "/reset", "", nil)
	w.phone.Deliver(t.Context(), sim.Message{PushType: 99})
	if got := w.says("hilog -x -z 1"); !strings.Contains(got, "PushService: message") {
		t.Errorf("after the reset the log loses lines: %q", got)
	}
	if got := w.says(lock); got != "0\n" || !w.phone.Online() {
		t.Errorf("after the reset: locked %q, online %t", got, w.phone.Online())
	}
}

func TestHandsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{`{"key":"nobody","locked":true}`, 404, "no device has the key"},
		{`{"key":"` + key + `"}`, 400, "nothing is to be done"},
		{`{"key":"` + key + `","lock":true}`, 400, "unknown field"},
		{`{"key":"` + key + `","swipeAway":"com.x"}`, 409, "not installed"},
	} {
		if status, text := w.ask("PUT", "/hand", c.body); status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: HTTP %d %s, want %d and %q", c.body, status, text, c.status, c.says)
		}
	}
}
