// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// bind binds a profile in the app's name, and returns the code of the error.
func (b *bench) bind(kind int, id string) string {
	b.t.Helper()
	_, err := b.AskForTest(b.t.Context(), bundle, seam.BindProfile, seam.Profile{Type: kind, ID: id})
	return codeIn(err)
}

const forP = `"profileId":"p"`

func TestRule04TokenChangesDissolveProfiles(t *testing.T) {
	for _, method := range []string{seam.DeleteToken, seam.DeleteAAID} {
		t.Run(method, func(t *testing.T) {
			b := showing(t)
			if code := b.bind(seam.ProfileApp, "p"); code != "" {
				t.Fatal(code)
			}
			b.want(b.push(0, alert(forP)), sim.Delivered)
			if _, err := b.AskForTest(t.Context(), bundle, method, nil); err != nil {
				t.Fatal(err)
			}
			b.home()
			b.start()
			b.want(b.push(0, alert(forP)), sim.ProfileUnknown)
		})
	}
}

func TestRule07TokenUpdateAbroad(t *testing.T) {
	for _, tt := range []struct {
		profile string
		api     int
		works   bool
	}{
		{"wearable", 18, true}, {"phone", 23, true}, {"tablet", 23, true}, {"2in1", 23, true}, {"phone", 22, false}, {"tv", 23, false},
	} {
		t.Run(fmt.Sprint(tt.profile, " ", tt.api), func(t *testing.T) {
			b := newBench(t, func(o *device.Options) { onProfile(tt.profile)(o); o.Profile.API = tt.api })
			b.start()
			old := b.app().Token
			if err := b.LeaveCountry(t.Context()); err != nil {
				t.Fatal(err)
			}
			told := b.calls(seam.OnTokenUpdate)
			if changed := b.app().Token != old; changed != tt.works || (len(told) == 1) != tt.works {
				t.Fatalf("another token: %t, the app was told %d times", changed, len(told))
			}
			if !tt.works {
				return
			}
			if reason, dropped := b.cloud.reason(old.Reveal()); !dropped || reason != sim.TokenGone {
				t.Errorf("the old token: %v, %d", dropped, reason)
			}
			if !strings.Contains(string(told[0].Params), b.app().Token.Reveal()) {
				t.Error("the app was told another token")
			}
		})
	}
	t.Run("a second on, and off", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) { o.Profile.API = 23 })
		b.start()
		for _, step := range []struct{ method, event, code string }{
			{seam.On, "tokenUpdate", "1000900001"}, {seam.On, "other", "401"}, {seam.Off, "tokenUpdate", ""},
		} {
			if _, err := b.AskForTest(t.Context(), bundle, step.method, seam.Event{Type: step.event}); codeIn(err) != step.code {
				t.Errorf("%s(%s): %v, want %q", step.method, step.event, err, step.code)
			}
		}
		if err := b.LeaveCountry(t.Context()); err != nil || len(b.calls(seam.OnTokenUpdate)) != 0 {
			t.Errorf("after off the app was told, %v", err)
		}
	})
	t.Run("the cloud refuses", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) { o.Profile.API = 23 })
		b.start()
		b.cloud.refuse = &sim.TokenError{Code: 1000900013, Msg: "elsewhere"}
		if err := b.LeaveCountry(t.Context()); err == nil || !strings.Contains(err.Error(), "1000900013") || !b.app().Token.IsZero() {
			t.Errorf("%v, the app has %v", err, b.app().Token)
		}
	})
}

func TestRule08BindingAccounts(t *testing.T) {
	b := newBench(t)
	b.start()
	for i := range 10 {
		if code := b.bind(seam.ProfileApp, fmt.Sprint("p", i)); code != "" {
			t.Fatalf("profile %d: %s", i, code)
		}
	}
	for _, step := range []struct {
		name, id string
		kind     int
		code     string
	}{
		{"an eleventh", "p10", seam.ProfileApp, "1000900015"},
		{"one that is bound", "p3", seam.ProfileApp, ""},
		{"nobody is logged in", "p3", seam.ProfileAccount, "1000900016"},
		{"no id", "", seam.ProfileApp, "401"},
		{"65 characters", strings.Repeat("x", 65), seam.ProfileApp, "401"},
		{"an unknown type", "p3", 3, "401"},
	} {
		if code := b.bind(step.kind, step.id); code != step.code {
			t.Errorf("%s: %q, want %q", step.name, code, step.code)
		}
	}
	for id, code := range map[string]string{"p3": "", "never": "", "": "401"} {
		if _, err := b.AskForTest(t.Context(), bundle, seam.UnbindProfile, seam.Profile{ID: id}); codeIn(err) != code {
			t.Errorf("unbind %q: %v, want %q", id, err, code)
		}
	}
	if code := b.bind(seam.ProfileApp, "p10"); code != "" {
		t.Errorf("after one was unbound: %s", code)
	}
}

func TestRule09AnotherUserOfTheSystem(t *testing.T) {
	b := showing(t)
	b.SwitchUser(true)
	for kind, payload := range map[int]string{0: alert(""), 6: extra("x"), 10: voiceCall} {
		b.want(b.push(kind, payload), sim.WrongUser)
	}
	b.expect([]string{})
	b.SwitchUser(false)
	b.want(b.push(0, alert("")), sim.Delivered)
	b.expect([]string{"T"})
}

func TestRule19ProfilesOfAlerts(t *testing.T) {
	b := showing(t)
	b.want(b.push(0, alert(forP)), sim.ProfileUnknown)
	b.expect([]string{})
	b.SetAccount("alice")
	if code := b.bind(seam.ProfileAccount, "p"); code != "" {
		t.Fatal(code)
	}
	b.want(b.push(0, alert(forP)), sim.Delivered)
	b.SetAccount("bob")
	b.want(b.push(0, alert(forP)), sim.ProfileUnknown)
	b.want(b.push(0, alert("")), sim.Delivered)
	b.expect([]string{"T", "T"})
}

func TestRule45LockedSinceTheStart(t *testing.T) {
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprint("keep ", keep), func(t *testing.T) {
			b := newBench(t, apps(plain(asking)), func(o *device.Options) { o.KeepLocked = keep })
			b.start()
			b.allow()
			b.SetPIN(true)
			if err := b.Reboot(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.want(b.push(0, alert("")), sim.Locked)
			b.want(b.push(10, voiceCall), sim.Locked)
			if b.app().PID != 0 || len(b.shown()) != 0 {
				t.Errorf("before the unlocking: process %d, shown %q", b.app().PID, b.shown())
			}
			b.SetLocked(false)
			if keep {
				b.until("both messages", func(s device.State) bool { return len(s.Notifications) == 1 && len(s.Calls) == 1 })
			}
			b.SetLocked(true)
			b.want(b.push(0, alert("")), sim.Delivered)
			if want := map[bool]int{false: 1, true: 2}[keep]; len(b.shown()) != want {
				t.Errorf("shown %q, want %d", b.shown(), want)
			}
		})
	}
}

// The device's half: the cloud then gives receipt 10.
func TestRule45TheDeviceKnowsSinceWhenItIsAway(t *testing.T) {
	b := newBench(t)
	if at := b.OfflineSince(); !at.IsZero() {
		t.Errorf("it was away since %v", at)
	}
	b.SetOnline(false)
	b.clock.Advance(time.Hour)
	b.SetOnline(false)
	if away := b.clock.Now().Sub(b.OfflineSince()); away < time.Hour || away > time.Hour+limit {
		t.Errorf("away for %v, want an hour", away)
	}
	b.SetOnline(true)
	if at := b.OfflineSince(); !at.IsZero() {
		t.Errorf("back, and away since %v", at)
	}
}

func TestRule45AppsThatDoNotStart(t *testing.T) {
	var broken atomic.Bool
	b := newBench(t, func(o *device.Options) {
		launch := o.Launch
		o.Launch = func(a device.InstalledApp, role wire.Role) (process.Options, error) {
			if broken.Load() {
				return process.Options{}, errors.New("no such program")
			}
			return launch(a, role)
		}
	})
	b.start()
	b.kill()
	broken.Store(true)
	b.want(b.push(10, voiceCall), sim.LaunchFailed)
}
