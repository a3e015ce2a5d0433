// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// The numbers are those of the rules that a simulated Push Kit keeps to. Rule
// 1's codes for a project and its apps are the cloud's to give: a device hands
// them on and adds those that it knows itself.
func TestRule01GetTokenRefused(t *testing.T) {
	tests := []struct {
		name   string
		alter  func(*device.Options)
		refuse *sim.TokenError
		want   int
	}{
		{"not activated", nil, &sim.TokenError{Code: 1000900012, Msg: "not activated"}, 1000900012},
		{"illegal app", nil, &sim.TokenError{Code: 1000900010, Msg: "illegal"}, 1000900010},
		{"wrong data location", nil, &sim.TokenError{Code: 1000900013, Msg: "elsewhere"}, 1000900013},
		{"no network", nil, nil, 1000900011},
		{"a watch before 5.1.0(18)", func(o *device.Options) { onProfile("wearable")(o); o.Profile.API = 17 }, nil, 1000900014},
		{"a TV before 5.1.1(19)", func(o *device.Options) { onProfile("tv")(o); o.Profile.API = 18 }, nil, 1000900014},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.alter == nil {
				tt.alter = func(*device.Options) {}
			}
			b := newBench(t, tt.alter)
			b.cloud.refuse = tt.refuse
			b.SetOnline(tt.want != 1000900011)
			b.sh("aa start -a EntryAbility -b %s", bundle)
			b.untilLog(fmt.Sprintf("getToken: %d", tt.want), 1)
			if !b.app().Token.IsZero() {
				t.Error("a refused app has a token")
			}
		})
	}
}

func TestRule02RepeatedGetTokenGivesTheSameToken(t *testing.T) {
	b := newBench(t)
	b.start()
	first := b.app().Token
	b.kill()
	b.start()
	b.want(b.push(6, `{"extraData":"x"}`), 0)
	if got := b.app().Token; got != first || b.cloud.issued != 1 {
		t.Errorf("the second start has %v, the first had %v; %d were issued", got, first, b.cloud.issued)
	}
}

func TestRule03OldTokenIsGone(t *testing.T) {
	tests := []struct {
		name    string
		end     func(*bench)
		receipt sim.Receipt
	}{
		{"clear data", func(b *bench) {
			if out := b.sh("bm clean -d -n %s", bundle); out != "clean bundle data files successfully.\n" {
				b.t.Errorf("bm clean said %q", out)
			}
		}, sim.TokenGone},
		{"reinstall", func(b *bench) {
			if out := b.sh("bm uninstall -n %s", bundle); out != "uninstall bundle successfully.\n" {
				b.t.Errorf("bm uninstall said %q", out)
			}
			if err := b.Install(plain()); err != nil {
				b.t.Error(err)
			}
		}, sim.AppUninstalled},
		{"deleteToken", func(b *bench) { b.ask(seam.DeleteToken) }, sim.TokenGone},
		{"deleteAAID", func(b *bench) { b.ask(seam.DeleteAAID) }, sim.TokenGone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.start()
			old := b.app().Token.Reveal()
			tt.end(b)
			if got, ok := b.cloud.reason(old); !ok || got != tt.receipt {
				t.Errorf("the cloud was told %d (%t), want %d", got, ok, tt.receipt)
			}
			b.want(b.pushTo(old, 6, "", `{"extraData":"x"}`), sim.TokenGone)
			b.home()
			b.start()
			if now := b.app().Token.Reveal(); now == old {
				t.Error("getToken gave the old token again")
			}
		})
	}
}

// Rule 4, as far as there are no profiles: deleteToken takes the kept message
// with it.
func TestRule04DeleteTokenRemovesTheKeptMessage(t *testing.T) {
	b := newBench(t)
	b.start()
	b.home()
	b.want(b.push(6, `{"extraData":"kept"}`), sim.ProcessAbsent)
	if !b.app().KeepsMessage {
		t.Fatal("nothing was kept")
	}
	b.ask(seam.DeleteToken)
	if b.app().KeepsMessage {
		t.Error("the message outlived its token")
	}
	b.start()
	b.want(b.push(6, extra("fence")), sim.Delivered)
	if got := b.messages(); len(got) != 1 || !strings.Contains(got[0].Payload.Data, "fence") {
		t.Errorf("callbacks %+v", got)
	}
}

// ask makes the app call a method of the system, from outside: the extension
// of the app is described as one that calls it.
func (b *bench) ask(method string) {
	b.t.Helper()
	token := b.app().Token.Reveal()
	a := plain(func(a *device.InstalledApp) { a.Behavior.Calls = []string{method} })
	b.home()
	if err := b.Install(a); err != nil {
		b.t.Fatal(err)
	}
	b.EnableForTest(bundle)
	b.pushTo(token, 2, "PLAY_VOICE", `{"extraData":"x","notification":{"category":"PLAY_VOICE","title":"T","body":"B","clickAction":{"actionType":0}}}`)
	if got := b.calls(seam.OnReceiveMessage); len(got) != 1 || got[0].Error != "" {
		b.t.Fatalf("the extension was called %d times: %+v", len(got), got)
	}
}

func TestRule05SecondRegistrationIsRefused(t *testing.T) {
	b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.Behavior.RegisterTwice = "BACKGROUND" })))
	b.start()
	b.untilLog("receiveMessage(BACKGROUND): 1000900005", 1)
	if got := b.app().Registered; fmt.Sprint(got) != "[DEFAULT IM BACKGROUND VoIP]" {
		t.Errorf("registered for %q", got)
	}
	b.want(b.push(6, `{"extraData":"x"}`), 0)
	b.want(b.push(0, alert(`"foregroundShow":false`)), 0)
	b.expect([]string{}, "BACKGROUND", "DEFAULT")
}

func TestRule05TwoListenersAreAConfigurationError(t *testing.T) {
	b := newBench(t)
	err := b.Install(plain(func(a *device.InstalledApp) {
		a.Bundle = "com.example.two"
		a.Abilities[1].Skills = append(a.Abilities[1].Skills, device.Skill{Actions: []string{device.ActionListener}})
	}))
	if err == nil || !strings.Contains(err.Error(), "exactly one") {
		t.Errorf("two listeners were installed: %v", err)
	}
}

// Rule 6 is a "may": the device loses the message, or holds it by a switch.
func TestRule06LateRegistrationLosesTheMessage(t *testing.T) {
	late := func(a *device.InstalledApp) { a.Behavior.RegisterLate = true }
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep %t", keep), func(t *testing.T) {
			b := newBench(t, apps(plain(late)), func(o *device.Options) { o.KeepUnregistered = keep })
			b.start()
			b.until("registered", func(s device.State) bool { a, _ := s.App(bundle); return len(a.Registered) == 4 })
			b.kill()
			b.want(b.push(6, `{"extraData":"x"}`), sim.ProcessAbsent)
			b.start()
			b.until("registered", func(s device.State) bool { a, _ := s.App(bundle); return len(a.Registered) == 4 })
			if !keep {
				b.expect([]string{})
				if b.app().KeepsMessage {
					t.Error("the message is still kept")
				}
				return
			}
			b.until("the message", func(device.State) bool { return len(b.calls(seam.OnMessage)) == 1 })
		})
	}
}

func TestTokenIsIssuedWithTheAppsRights(t *testing.T) {
	b := newBench(t)
	b.start()
	var start seam.Process
	if err := json.Unmarshal(b.calls(seam.Start)[0].Params, &start); err != nil {
		t.Fatal(err)
	}
	if start.Device.Model != "pushproof-sim" || start.Device.Type != "phone" || start.Device.BootID != b.State().BootID {
		t.Errorf("the app was told to be on %+v", start.Device)
	}
}
