// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func calling(call seam.CallBehavior) func(*device.InstalledApp) {
	return func(a *device.InstalledApp) { a.Behavior.Call = &call }
}

const voiceCall = `{"extraData":"{\"scene\":\"voice\"}"}`

// ring pushes a call and waits until the app has reported it.
func (b *bench) ring(payload string) device.CallState {
	b.t.Helper()
	b.want(b.push(10, payload), sim.Delivered)
	return b.untilCall("reported", func(c device.CallState) bool { return c.Reported })
}

// untilCall waits until the newest call is so.
func (b *bench) untilCall(what string, ok func(device.CallState) bool) device.CallState {
	b.t.Helper()
	last := func(s device.State) device.CallState {
		if len(s.Calls) == 0 {
			return device.CallState{}
		}
		return s.Calls[len(s.Calls)-1]
	}
	return last(b.until("a call that is "+what, func(s device.State) bool { return ok(last(s)) }))
}

// callWindows counts the rows of the window list that are of a call.
func (b *bench) callWindows() int {
	rows := 0
	for line := range strings.Lines(b.sh("hidumper -s WindowManagerService -a -a")) {
		if f := strings.Fields(line); len(f) > 4 && f[4] == "2102" {
			rows++
		}
	}
	return rows
}

func TestRule41CallStartsTheAppInEveryState(t *testing.T) {
	for _, state := range []string{"stopped", "background", "foreground", "locked"} {
		t.Run(state, func(t *testing.T) {
			b := showing(t, calling(seam.CallBehavior{NoBanner: true}))
			if state == "locked" {
				b.kill()
				b.SetLocked(true)
			} else {
				b.into(state)
			}
			before := b.app().PID
			call := b.ring(voiceCall)
			m := b.messages()[len(b.messages())-1]
			var data struct {
				CallID, Data string
				Header       struct{ Token string }
			}
			if err := json.Unmarshal([]byte(m.Payload.Data), &data); err != nil {
				t.Fatal(err)
			}
			if m.PushType != "VoIP" || m.Payload.Type != "VoIP" || data.CallID != call.ID || data.Data != `{"scene":"voice"}` || data.Header.Token == "" {
				t.Errorf("the callback got %+v, the call is %+v", m, call)
			}
			a := b.app()
			if a.PID == 0 || before != 0 && a.PID != before || a.Foreground != (state == "foreground") {
				t.Errorf("the app is at %+v, its process was %d", a, before)
			}
			if before == 0 && len(b.calls(seam.OnForeground)) != 1 {
				t.Error("the app was brought to the front")
			}
			// In front the app shows a page of its own.
			want := state != "foreground"
			if call.Banner != want || (b.callWindows() == 1) != want || (b.layout().find("Pushproof", nil) != nil) != want {
				t.Errorf("banner %t, %d windows, want %t", call.Banner, b.callWindows(), want)
			}
		})
	}
}

// An app without a page for calls asks for the banner in front, too.
func TestBannersInFront(t *testing.T) {
	b := showing(t)
	if c := b.ring(voiceCall); !c.Banner || b.callWindows() != 1 {
		t.Errorf("the call is %+v", c)
	}
}

func TestRule41OtherIdsAndLateReports(t *testing.T) {
	for name, tt := range map[string]struct {
		call seam.CallBehavior
		log  string
	}{
		"another callId": {seam.CallBehavior{WrongID: true}, "ErrorReason 3"},
		"after 11 s":     {seam.CallBehavior{DelayMillis: 11_000}, "ErrorReason 3"},
		"never":          {seam.CallBehavior{Unreported: true}, "was not reported within 10s"},
	} {
		t.Run(name, func(t *testing.T) {
			awake := func(o *device.Options) { o.SuspendBackground = device.SuspendNever }
			b := newBench(t, apps(plain(calling(tt.call), asking)), awake)
			b.start()
			b.allow()
			b.kill()
			b.want(b.push(10, voiceCall), sim.Delivered)
			if tt.call.DelayMillis > 0 {
				b.untilWaiting(1)
			}
			b.clock.Advance(10 * time.Second)
			c := b.untilCall("late", func(c device.CallState) bool { return c.Late })
			b.clock.Advance(time.Second)
			b.untilLog(tt.log, 1)
			if c.Reported || c.Banner || b.callWindows() != 0 {
				t.Errorf("the call is %+v, %d windows", c, b.callWindows())
			}
		})
	}
	t.Run("after 9 s", func(t *testing.T) {
		b := showing(t, calling(seam.CallBehavior{DelayMillis: 9_000}))
		b.kill()
		b.want(b.push(10, voiceCall), sim.Delivered)
		b.untilWaiting(1)
		b.clock.Advance(9 * time.Second)
		b.untilCall("ringing", func(c device.CallState) bool { return c.Banner })
	})
}

// untilWaiting waits until so many processes wait for the clock.
func (b *bench) untilWaiting(n int) {
	b.t.Helper()
	b.until("an app that waits", func(device.State) bool { return b.Waiting() == n })
}

func TestRule42LockedScreensTakeVoiceOnly(t *testing.T) {
	const video = `{"extraData":"{\"scene\":\"video\"}"}`
	for _, locked := range []bool{true, false} {
		t.Run(fmt.Sprint("locked ", locked), func(t *testing.T) {
			b := showing(t)
			b.home()
			b.SetLocked(locked)
			c := b.ring(video)
			if got := b.layout().find("视频接听", nil) != nil; got == locked {
				t.Errorf("a button for video: %t", got)
			}
			if err := b.ActOnCall(t.Context(), c.ID, seam.EventVideoAnswer); (err != nil) != locked {
				t.Errorf("answered by video: %v", err)
			}
			if locked {
				b.tap("接听")
			}
			b.untilCall("active", func(c device.CallState) bool { return c.State == seam.StateActive && !c.Banner })
			if got := b.app().Foreground; got == locked {
				t.Errorf("the app is in front: %t", got)
			}
		})
	}
}

func TestWhatTheUserDoesWithACall(t *testing.T) {
	b := showing(t)
	b.home()
	c := b.ring(voiceCall)
	b.tap("拒绝")
	b.untilCall("rejected", func(c device.CallState) bool { return c.State == seam.StateDisconnected })
	if b.callWindows() != 0 {
		t.Error("the banner is still there")
	}
	if err := b.ActOnCall(t.Context(), c.ID, seam.EventHangUp); err == nil {
		t.Error("a rejected call was hung up")
	}
	c = b.ring(voiceCall)
	for _, event := range []int{seam.EventVoiceAnswer, seam.EventHangUp} {
		if err := b.ActOnCall(t.Context(), c.ID, event); err != nil {
			t.Fatal(err)
		}
		if event == seam.EventVoiceAnswer {
			b.untilCall("active", func(c device.CallState) bool { return c.State == seam.StateActive })
		}
	}
	b.untilCall("ended", func(c device.CallState) bool { return c.State == seam.StateDisconnected })
	var events []string
	for _, call := range b.calls(seam.OnCallEvent) {
		events = append(events, string(call.Params))
	}
	if got := strings.Join(events, " "); strings.Count(got, `"voipCallUiEvent":`) != 3 || !strings.Contains(got, `"voipCallUiEvent":4`) {
		t.Errorf("the app was told %s", got)
	}
}

func TestCallsThatAreNotTaken(t *testing.T) {
	t.Run("the line is busy", func(t *testing.T) {
		b := showing(t, calling(seam.CallBehavior{Busy: true}))
		b.home()
		b.want(b.push(10, voiceCall), sim.Delivered)
		c := b.untilCall("refused", func(c device.CallState) bool { return c.State == seam.StateDisconnected })
		if c.Cause != seam.CauseBusy || c.Banner || b.callWindows() != 0 {
			t.Errorf("the call is %+v", c)
		}
	})
	t.Run("a call by the carrier", func(t *testing.T) {
		b := showing(t)
		b.home()
		b.SetCellularCall(true)
		b.want(b.push(10, voiceCall), sim.Delivered)
		b.untilLog("ErrorReason 1", 1)
		b.SetCellularCall(false)
		b.ring(voiceCall)
	})
	t.Run("a fourth call", func(t *testing.T) {
		b := showing(t)
		b.home()
		for range 3 {
			b.ring(voiceCall)
		}
		b.want(b.push(10, voiceCall), sim.Delivered)
		b.untilLog("1007200003", 1)
	})
	t.Run("a call of another app", func(t *testing.T) {
		other := plain(asking, func(a *device.InstalledApp) { a.Bundle = "com.example.other" })
		b := newBench(t, apps(plain(asking), other))
		b.start()
		b.allow()
		b.home()
		b.TokenForTest("com.example.other", "token-other")
		b.ring(voiceCall)
		b.want(b.pushTo("token-other", 10, "", voiceCall), sim.Delivered)
		b.untilLog("ErrorReason 2", 1)
	})
}

// Without notifications there is no banner, and the app is called all the same.
func TestCallsWithNotificationsOff(t *testing.T) {
	b := newBench(t)
	b.start()
	b.home()
	if c := b.ring(voiceCall); c.Banner || b.callWindows() != 0 {
		t.Errorf("the call is %+v", c)
	}
}

func TestACallTurnsTheDisplayOn(t *testing.T) {
	b := showing(t)
	b.sh("power-shell suspend")
	b.ring(voiceCall)
	if s := b.State(); !s.On || !s.Locked || b.layout().find("拒绝", nil) == nil {
		t.Errorf("the display is on: %t, locked: %t", s.On, s.Locked)
	}
}

// A call keeps the process awake, and no longer.
func TestAppsAreNotSuspendedDuringACall(t *testing.T) {
	b := showing(t)
	b.kill()
	c := b.ring(voiceCall)
	b.clock.Advance(time.Minute)
	if b.app().Suspended {
		t.Error("the app was suspended while the call rang")
	}
	if err := b.ActOnCall(t.Context(), c.ID, seam.EventReject); err != nil {
		t.Fatal(err)
	}
	b.untilCall("rejected", func(c device.CallState) bool { return c.State == seam.StateDisconnected })
	b.clock.Advance(time.Minute)
	b.until("suspended", func(s device.State) bool { a, _ := s.App(bundle); return a.Suspended })
}

func TestACallEndsWithItsProcess(t *testing.T) {
	b := showing(t)
	b.home()
	b.ring(voiceCall)
	b.kill()
	if got := b.State().Calls[0]; got.State != seam.StateDisconnected || b.callWindows() != 0 {
		t.Errorf("the call is %+v", got)
	}
}
