// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/sim"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// authorised starts the app, allows its notifications and sends it into the
// background.
func authorised(t *testing.T, d *device.Device) {
	t.Helper()
	start(t, d)
	if err := d.AnswerDialog(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := d.Home(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Await(t.Context(), device.Background); err != nil {
		t.Fatal(err)
	}
}

// deliver has the phone get an alert with that title.
func deliver(t *testing.T, phone *phones.Device, title string) {
	t.Helper()
	deliverWith(t, phone, fmt.Sprintf(`"title":%q,"body":"B"`, title))
}

// deliverWith has the phone get an alert with those fields.
func deliverWith(t *testing.T, phone *phones.Device, fields string) {
	t.Helper()
	var token string
	for token == "" {
		changed := phone.Changed()
		if app, ok := phone.State().App(world.PlainBundle); ok {
			token = app.Token.Reveal()
		}
		if token != "" {
			break
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the app has no Push Token")
		}
	}
	payload := `{"notification":{"category":"SUBSCRIPTION","clickAction":{"actionType":0},` + fields + `}}`
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := phone.Deliver(ctx, sim.Message{RequestID: "1", Token: token, Category: "SUBSCRIPTION", Payload: json.RawMessage(payload),
		CollapseKey: -1, SentAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)})
	if got != sim.Delivered {
		t.Fatalf("receipt %d", got)
	}
}

func TestASimulatedNotificationIsSeenWhereItIs(t *testing.T) {
	d, _, phone := simulated(t, "phone", nil)
	authorised(t, d)
	deliver(t, phone, "Order "+nonce)
	sight := func(want device.Place) {
		t.Helper()
		if s, seen, err := d.Sight(t.Context(), nonce); err != nil || !seen || s.Place != want {
			t.Errorf("sighting %v in %q, %v; want it in %q", seen, s.Place, err, want)
		}
	}
	if err := d.OpenShade(t.Context()); err != nil {
		t.Fatal(err)
	}
	sight(device.PlaceShade)
	list, err := d.Windows(t.Context())
	if err != nil || len(list.Visible(device.PlaceShade)) != 1 || len(list.Visible(device.PlaceLockScreen)) != 0 {
		t.Errorf("windows %+v, %v", list, err)
	}
	if err := d.CloseShade(t.Context()); err != nil {
		t.Fatal(err)
	}
	phone.SetLocked(true)
	sight(device.PlaceLockScreen)
	list, err = d.Windows(t.Context())
	if err != nil || len(list.Visible(device.PlaceLockScreen)) != 1 {
		t.Errorf("windows %+v, %v", list, err)
	}
	if lock, err := d.LockState(t.Context()); err != nil || !lock.Locked || lock.Source != "ScreenlockService" {
		t.Errorf("lock %v, %v", lock, err)
	}
}

func TestEvidenceOfASimulatedDevice(t *testing.T) {
	tests := []struct {
		name    string
		params  map[string]string
		missing string // the part that this build does not offer
		format  string
	}{
		{"consumer firmware that dumps notifications", nil, "", "jpeg"},
		{"consumer firmware that does not", map[string]string{"const.ohos.apiversion": "24"}, device.PartNotices, "jpeg"},
		{"engineering firmware", map[string]string{"const.debuggable": "1"}, "", "jpeg"},
		{"developer mode off", map[string]string{"const.security.developermode.state": "false"}, "", "png"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _, phone := simulated(t, "phone", tt.params)
			authorised(t, d)
			if _, err := phone.AddCard(world.PlainBundle, "widget"); err != nil {
				t.Fatal(err)
			}
			if err := d.OpenShade(t.Context()); err != nil {
				t.Fatal(err)
			}
			deliver(t, phone, "Order "+nonce)
			before := phone.State()
			e := d.Evidence(t.Context(), nonce)
			for part, why := range e.Missing {
				if part != tt.missing || !strings.Contains(why, "not offered") {
					t.Errorf("%s is missing: %s", part, why)
				}
			}
			if _, missing := e.Missing[tt.missing]; missing != (tt.missing != "") {
				t.Errorf("missing %q, want %q among them", e.Missing, tt.missing)
			}
			if s := e.Screenshot; s == nil || s.Format != tt.format || s.Width <= 0 || s.Height <= s.Width {
				t.Errorf("screenshot %+v, want a %s of a phone", s, tt.format)
			}
			if len(e.Forms) != 1 || e.Forms[0].Name != "widget" {
				t.Errorf("cards %+v", e.Forms)
			}
			if tt.missing == "" && (len(e.Notices) != 1 || e.Notices[0].Bundle != world.PlainBundle) {
				t.Errorf("notifications %+v", e.Notices)
			}
			if e.State == nil || e.State.App != device.Background || e.Power == nil || !e.Power.Awake || e.Lock == nil || e.Lock.Locked || len(e.Nodes) == 0 {
				t.Errorf("state %v, power %v, lock %v, %d nodes", e.State, e.Power, e.Lock, len(e.Nodes))
			}
			after := phone.State()
			was, _ := before.App(world.PlainBundle)
			is, _ := after.App(world.PlainBundle)
			if was.PID != is.PID || was.Foreground != is.Foreground || len(before.Notifications) != len(after.Notifications) {
				t.Errorf("gathering evidence changed the app: %+v, then %+v", was, is)
			}
		})
	}
}

func TestTheLogOfASimulatedDevice(t *testing.T) {
	d, client, phone := simulated(t, "phone", nil)
	level := func() string {
		t.Helper()
		got, err := client.Shell(t.Context(), d.Key(), device.Command("param.get", map[string]string{"param": "hilog.loggable.global"}))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(got.Output))
	}
	before := level()
	if err := d.RaiseLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := level(); got != "I" {
		t.Errorf("level %q, want I", got)
	}
	authorised(t, d)
	deliver(t, phone, "Order "+nonce)
	w, err := d.LogWindow(t.Context(), nonce, time.Minute)
	if err != nil || !w.Complete {
		t.Errorf("window %+v, %v", w, err)
	}
	told := false
	for _, l := range w.Lines {
		told = told || strings.HasPrefix(l.Tag, "Ans") && strings.Contains(l.Message, world.PlainBundle)
	}
	if !told {
		t.Errorf("no INFO line of the notification service: %+v", w.Lines)
	}
	phone.LoseLogs(3)
	deliver(t, phone, "Order again")
	w, err = d.LogWindow(t.Context(), nonce, time.Minute)
	if err != nil || w.Complete || len(w.Gaps) == 0 {
		t.Errorf("lines were lost: complete %v, gaps %q, %v", w.Complete, w.Gaps, err)
	}
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := level(); got != before && got != "W" {
		t.Errorf("level %q after RestoreAll, was %q", got, before)
	}
}

func TestTheLogOfASlowReader(t *testing.T) {
	d, _, phone := simulated(t, "phone", nil)
	authorised(t, d)
	if err := d.RaiseLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	phone.MissLogs(2)
	deliver(t, phone, "Order "+nonce)
	w, err := d.LogWindow(t.Context(), nonce, time.Minute)
	if err != nil || w.Complete || !strings.Contains(strings.Join(w.Gaps, "\n"), "the reader was too slow") {
		t.Errorf("complete %v, gaps %q, %v", w.Complete, w.Gaps, err)
	}
}

func TestASimulatedDeviceOffersWhatItsBuildHas(t *testing.T) {
	tests := []struct {
		name    string
		params  map[string]string
		offered map[string]bool
	}{
		{"consumer firmware", nil, map[string]bool{"uitest": true, "snapshot_display": true, "hidumper": true, "hilog": true, "netcopilot": true, "anm": false, "testhelper": false}},
		{"API 18", map[string]string{"const.ohos.apiversion": "18"}, map[string]bool{"netcopilot": false, "uitest": true}},
		{"engineering firmware", map[string]string{"const.debuggable": "1"}, map[string]bool{"anm": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _, _ := simulated(t, "phone", tt.params)
			for tool, want := range tt.offered {
				if got := d.Offers(tool); got != want {
					t.Errorf("Offers(%s) = %v, want %v", tool, got, want)
				}
			}
		})
	}
}
