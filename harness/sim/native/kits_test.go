// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// Each kit answers with what the simulated device holds, and with the
// platform's errors.
func TestKits(t *testing.T) {
	s := newStage(t)
	s.start()
	s.sees("said onCreate true")
	s.sees("said page 0")
	for task, want := range map[string]string{
		"twice":     "",
		"token":     "true true 36",
		"badge":     "7 false",
		"device":    "phone 20 true",
		"kept":      `0 { "greeting": "hello" }`,
		"hidden":    "done",
		"unhandled": "done",
	} {
		if want != "" {
			s.do(task, want)
		}
	}
	s.do("kept", `1 { "greeting": "hello" }`)
	s.sees("code 7, <private>, <private>, 100%")
	s.sees("JSAPP: by the console { a: 1 }")
	s.sees("unhandled rejection: Error: nobody listens")
	for task, want := range map[string]string{
		"twice":     "1000900005 The push message of the same type cannot be received repeatedly.",
		"parameter": "401 Parameter error.",
		"card":      "16501001 ",
		"sql":       "14800021 the native runtime's database does not take this SQL: DROP TABLE other",
		"outside":   "9001005 ",
		"unknown":   "undefined the native runtime has no @kit.CameraKit",
		"nowhere":   "undefined ./Nowhere is in no module of ",
	} {
		s.sh("aa start -a EntryAbility -b %s --ps do %s", world.Bundle, task)
		s.sees("said " + task + " failed: " + want)
	}
	if log := s.sh("hilog -x"); strings.Contains(log, "a secret") || strings.Contains(log, "another") {
		t.Error("the log shows what is private")
	}
}

// A time of the app passes on the world's clock.
func TestTimers(t *testing.T) {
	s := newStage(t)
	s.start()
	s.sh("aa start -a EntryAbility -b %s --ps do timer", world.Bundle)
	<-s.planned
	s.world.Advance(time.Hour)
	s.sees("said timer: true")
	if strings.Contains(s.sh("hilog -x"), "a timer that was cleared") {
		t.Error("a timer that was cleared went off")
	}
}

// Messages reach the callback, and rows the app's database.
func TestMessages(t *testing.T) {
	s := newStage(t)
	s.start()
	s.do("token", "true true 36")
	if got := s.push(6, `{"extraData":"hello"}`); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
	s.sees("said got BACKGROUND hello")
	s.sh("uitest uiInput keyEvent Home")
	s.sees("said onBackground")
	for _, text := range []string{"one", "two"} {
		if got := s.push(6, `{"extraData":"`+text+`","proxyData":"ENABLE"}`); got != sim.Delivered {
			t.Errorf("receipt %d of %s", got, text)
		}
	}
	s.do("rows", `{"data":"one"} {"data":"two"} 1`)
	s.until("one row", func(a device.AppState) bool { return a.Rows == 1 })
	s.allow()
	s.sh("uitest uiInput keyEvent Home")
	if got := s.push(0, `{"notification":{"category":"IM","title":"T","body":"B","clickAction":{"actionType":0}}}`); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
	s.do("shown", "T true true")
}
