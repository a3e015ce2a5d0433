// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
	sim "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// phone is a phone of a world of its own, with an app that may show what is
// pushed, driven as a real one would be.
type phone struct {
	*testing.T
	world  *world.World
	sim    *sim.Device
	driver *device.Device
	cloud  *pushcloud.Client
	token  push.Token
}

func newPhone(t *testing.T, params map[string]string) *phone {
	t.Helper()
	w, _ := start(t, world.Options{Types: []string{"phone"}, Device: func(o *sim.Options) { o.Profile = o.Profile.With(params) }})
	key := w.Keys()[0]
	token, err := w.StartPlain(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.Open(t.Context(), hdc.New(hdc.Options{Addr: w.HDC.Addr()}), key, device.App{Bundle: world.PlainBundle})
	if err != nil {
		t.Fatal(err)
	}
	config := w.Config()
	account, err := pushcloud.LoadServiceAccount(config.ServiceAccount)
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := pushcloud.New(pushcloud.Options{Account: account, BaseURL: config.PushEndpoint, CAFile: config.PushCA})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	return &phone{t, w, w.Device(key), d, cloud, token}
}

// send pushes an alert and returns when the cloud has taken it.
func (p *phone) send(title string, ttl time.Duration) {
	p.Helper()
	if _, err := p.cloud.Send(p.Context(), pushcloud.Request{
		Message: pushcloud.Alert{Category: "MARKETING", Title: title, Body: "B"},
		Tokens:  []push.Token{p.token},
		Options: pushcloud.PushOptions{TTL: ttl},
	}); err != nil {
		p.Fatal(err)
	}
}

// shown waits for a notification and returns the titles of all, newest first.
func (p *phone) shown(title string) []string {
	p.Helper()
	for {
		changed := p.sim.Changed()
		var titles []string
		for _, n := range p.sim.State().Notifications {
			titles = append(titles, n.Title)
		}
		if slices.Contains(titles, title) {
			return titles
		}
		select {
		case <-changed:
		case <-p.Context().Done():
			p.Fatalf("%q was never shown, but %q", title, titles)
		}
	}
}

// While the driver keeps a phone off the network nothing arrives; afterwards
// arrives what is still alive, once.
func TestOfflineByNetcopilot(t *testing.T) {
	p := newPhone(t, nil)
	p.send("before", time.Hour)
	p.shown("before")
	if _, err := p.driver.SetCondition(t.Context(), device.Condition{Kind: device.ConditionNetwork, Value: device.NetworkOffline}); err != nil {
		t.Fatal(err)
	}
	p.send("short-lived", time.Minute)
	p.send("long-lived", time.Hour)
	if n := len(p.sim.State().Notifications); p.sim.Online() || n != 1 {
		t.Errorf("offline: online %t, %d notifications", p.sim.Online(), n)
	}
	p.world.Advance(10 * time.Minute)
	if err := p.driver.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.send("after", time.Hour)
	if got := p.shown("after"); !slices.Equal(got, []string{"after", "long-lived", "before"}) {
		t.Errorf("shown are %q", got)
	}
}

// What the driver reads is what the simulated phone holds.
func TestDriverReadsThePhone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params map[string]string
	}{
		{"user build", nil},
		{"engineering build of 6.1", map[string]string{"const.debuggable": "1", "const.ohos.apiversion": "23"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPhone(t, tt.params)
			p.send("n-7f3ac19e", time.Hour)
			p.shown("n-7f3ac19e")
			notices, err := p.driver.Notices(t.Context())
			if err != nil || len(notices) != 1 || notices[0].Slot != 2 {
				t.Errorf("Notices: %+v, %v", notices, err)
			}
			id, err := p.sim.AddCard(world.PlainBundle, "widget")
			if err != nil {
				t.Fatal(err)
			}
			if forms, err := p.driver.Forms(t.Context(), world.PlainBundle); err != nil || len(forms) != 1 || forms[0].Name != "widget" {
				t.Errorf("Forms: %+v, %v, want the card %d", forms, err, id)
			}
			p.sim.RemoveCard(id)
			if forms, err := p.driver.Forms(t.Context(), world.PlainBundle); err != nil || len(forms) != 0 {
				t.Errorf("Forms without a card: %+v, %v", forms, err)
			}
			if windows, err := p.driver.Windows(t.Context()); err != nil || len(windows.Visible(device.PlaceDesktop)) != 1 {
				t.Errorf("Windows: %+v, %v", windows, err)
			}
			p.sim.SetLocked(true)
			if lock, err := p.driver.LockState(t.Context()); err != nil || !lock.Known || !lock.Locked {
				t.Errorf("LockState: %+v, %v", lock, err)
			}
			if power, err := p.driver.PowerState(t.Context()); err != nil || !power.Awake {
				t.Errorf("PowerState: %+v, %v", power, err)
			}
			shot, err := p.driver.Screenshot(t.Context())
			if err != nil || len(shot.Data) == 0 {
				t.Errorf("Screenshot: %d bytes, %v", len(shot.Data), err)
			}
		})
	}
}

// A log that lost lines is not taken for a whole one.
func TestDriverSeesThatTheLogIsIncomplete(t *testing.T) {
	p := newPhone(t, nil)
	if err := p.driver.RaiseLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.send("n-1d2e3f40", time.Hour)
	p.shown("n-1d2e3f40")
	before, err := p.driver.LogWindow(t.Context(), world.PlainBundle, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	p.sim.LoseLogs(1)
	p.send("n-5a6b7c8d", time.Hour)
	p.shown("n-5a6b7c8d")
	after, err := p.driver.LogWindow(t.Context(), world.PlainBundle, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if !before.Complete || after.Complete {
		t.Errorf("complete: %t before the loss, %t after it", before.Complete, after.Complete)
	}
}
