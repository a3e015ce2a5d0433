// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func TestReportsThatAreWrong(t *testing.T) {
	b := showing(t)
	b.home()
	c := b.ring(voiceCall)
	right := seam.IncomingCall{CallID: c.ID, UserName: "U", AbilityName: "EntryAbility", State: seam.StateRinging}
	for name, alter := range map[string]func(*seam.IncomingCall){
		"twice":            func(*seam.IncomingCall) {},
		"without an id":    func(in *seam.IncomingCall) { in.CallID = "" },
		"without a name":   func(in *seam.IncomingCall) { in.UserName = "" },
		"active already":   func(in *seam.IncomingCall) { in.State = seam.StateActive },
		"a wrong type":     func(in *seam.IncomingCall) { in.Type = 2 },
		"no ability of it": func(in *seam.IncomingCall) { in.AbilityName = "None" },
	} {
		in := right
		alter(&in)
		if _, err := b.AskForTest(t.Context(), bundle, seam.ReportIncomingCall, in); err == nil || !strings.Contains(err.Error(), "1007200001") {
			t.Errorf("%s: %v, want 1007200001", name, err)
		}
	}
	for name, tt := range map[string]struct {
		method string
		params any
	}{
		"an error of a reported call": {seam.ReportCallError, seam.CallFailure{CallID: c.ID}},
		"an error of no call":         {seam.ReportCallError, seam.CallFailure{CallID: "none"}},
		"a change to ringing":         {seam.ReportCallState, seam.CallChange{CallID: c.ID, State: seam.StateRinging}},
		"a change of no call":         {seam.ReportCallState, seam.CallChange{CallID: "none", State: seam.StateActive}},
	} {
		if _, err := b.AskForTest(t.Context(), bundle, tt.method, tt.params); err == nil || !strings.Contains(err.Error(), "1007200001") {
			t.Errorf("%s: %v, want 1007200001", name, err)
		}
	}
}

func TestCallsWhereThereAreNone(t *testing.T) {
	for name, alter := range map[string]func(*device.Options){
		"a watch":     onProfile("wearable"),
		"a TV":        onProfile("tv"),
		"a PC":        onProfile("2in1"),
		"an emulator": built("const.product.model=emulator"),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, alter)
			b.start()
			b.want(b.push(10, voiceCall), sim.Other)
			b.expect([]string{})
		})
	}
	t.Run("voipCall on an emulator", func(t *testing.T) {
		b := newBench(t, built("const.product.model=emulator"))
		b.start()
		if _, err := b.AskForTest(t.Context(), bundle, seam.ReportIncomingCall, seam.IncomingCall{}); err == nil || !strings.Contains(err.Error(), "801") {
			t.Errorf("reportIncomingCall: %v, want 801", err)
		}
	})
}

func TestCallsToAnAppThatDoesNotListen(t *testing.T) {
	t.Run("no ability", func(t *testing.T) {
		b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.Abilities[0].Skills = a.Abilities[0].Skills[:1] })))
		b.start()
		b.kill()
		b.want(b.push(10, voiceCall), sim.LaunchFailed)
		if b.app().PID != 0 {
			t.Error("the app was started")
		}
	})
	t.Run("no callback", func(t *testing.T) {
		b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.Behavior.Unregistered = []string{"VoIP"} })))
		b.start()
		b.kill()
		b.want(b.push(10, voiceCall), sim.Delivered)
		b.untilLog("no receiver registered for VoIP", 1)
		b.expect([]string{})
	})
}
