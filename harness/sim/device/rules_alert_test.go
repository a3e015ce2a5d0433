// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func TestRule10ForegroundShowTrue(t *testing.T) {
	for _, fields := range []string{"", `"foregroundShow":true`} {
		t.Run(fields, func(t *testing.T) {
			b := showing(t)
			b.want(b.push(0, alert(fields)), sim.Delivered)
			b.expect([]string{"T"})
		})
	}
}

func TestRule11ForegroundShowFalseCallsDefault(t *testing.T) {
	b := showing(t)
	b.want(b.push(0, alert(`"foregroundShow":false,"notifyId":7,"x":1`)), sim.Delivered)
	b.expect([]string{}, "DEFAULT")
	payload := b.messages()[0].Payload
	if payload.Type != "ALERT" {
		t.Errorf("type %q, want ALERT", payload.Type)
	}
	var data struct {
		Data          *string
		Header        struct{ Token string }
		MessageAction *int
		Notification  map[string]any
	}
	if err := json.Unmarshal([]byte(payload.Data), &data); err != nil {
		t.Fatal(err)
	}
	if data.Data == nil || *data.Data != "" || data.MessageAction == nil || data.Header.Token != b.app().Token.Reveal() {
		t.Errorf("the callback got %s", payload.Data)
	}
	// The notification is the one that was sent, whole: what the device does
	// not know included.
	if n := data.Notification; n["title"] != "T" || n["body"] != "B" || n["notifyId"] != 7.0 || n["foregroundShow"] != false || n["x"] != 1.0 {
		t.Errorf("the callback got the notification %v", n)
	}
}

func TestRule12ForegroundShowFalseOutsideTheForeground(t *testing.T) {
	for _, state := range []string{"background", "stopped"} {
		t.Run(state, func(t *testing.T) {
			b := showing(t)
			b.into(state)
			b.want(b.push(0, alert(`"foregroundShow":false`)), sim.Delivered)
			b.expect([]string{"T"})
			if state == "stopped" && b.app().PID != 0 {
				t.Error("an alert started the app")
			}
		})
	}
}

func TestRule13ForegroundShowFalseWithoutRegistration(t *testing.T) {
	b := showing(t, func(a *device.InstalledApp) { a.Behavior.Unregistered = []string{"DEFAULT"} })
	b.want(b.push(0, alert(`"foregroundShow":false`)), sim.Delivered)
	b.expect([]string{})
}

func TestRule14IdsOverwriteAndDeduplicate(t *testing.T) {
	titled := func(title, fields string) string {
		return strings.Replace(alert(fields), `"title":"T"`, `"title":"`+title+`"`, 1)
	}
	const both = `"notifyId":1,"appMessageId":"m"`
	tests := []struct {
		name          string
		first, second string
		wait          time.Duration
		want          []string
	}{
		{"same notifyId", `"notifyId":1`, `"notifyId":1`, 0, []string{"new"}},
		{"other notifyId", `"notifyId":1`, `"notifyId":2`, 0, []string{"new", "old"}},
		{"notifyId 0 is one, too", `"notifyId":0`, `"notifyId":0`, 0, []string{"new"}},
		{"same appMessageId", `"appMessageId":"m"`, `"appMessageId":"m"`, 0, []string{"old"}},
		{"same appMessageId after 23 h", `"appMessageId":"m"`, `"appMessageId":"m"`, 23 * time.Hour, []string{"old"}},
		{"same appMessageId after 24 h", `"appMessageId":"m"`, `"appMessageId":"m"`, 24 * time.Hour, []string{"new", "old"}},
		{"both", both, both, 0, []string{"old"}},
		{"notifyId -1", `"notifyId":-1`, `"notifyId":-1`, 0, []string{"new", "old"}},
		{"no ids", "", "", 0, []string{"new", "old"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := showing(t)
			b.want(b.push(0, titled("old", tt.first)), sim.Delivered)
			b.clock.Advance(tt.wait)
			b.want(b.push(0, titled("new", tt.second)), sim.Delivered)
			b.expect(tt.want)
		})
	}
}

func TestRule14RebootForgetsAppMessageIds(t *testing.T) {
	b := showing(t)
	b.want(b.push(0, alert(`"appMessageId":"m"`)), sim.Delivered)
	if err := b.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want(b.push(0, alert(`"appMessageId":"m"`)), sim.Delivered)
	b.expect([]string{"T"})
}

// wants returns the wants of a method's calls.
func (b *bench) wants(method string) []seam.Ability {
	b.t.Helper()
	var all []seam.Ability
	for _, c := range b.calls(method) {
		var a seam.Ability
		if err := json.Unmarshal(c.Params, &a); err != nil {
			b.t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func TestRule15TapHandsOverTheData(t *testing.T) {
	for state, method := range map[string]string{"stopped": seam.OnCreate, "background": seam.OnNewWant, "foreground": seam.OnNewWant} {
		t.Run(state, func(t *testing.T) {
			b := showing(t)
			b.into(state)
			before := len(b.calls(method))
			b.want(b.push(0, `{"notification":{"category":"IM","title":"T","body":"B",
				"clickAction":{"actionType":0,"data":{"order":7,"nonce":"n-1","nested":{"a":[1]}}}}}`), sim.Delivered)
			b.openShade()
			b.tap("T")
			s := b.State()
			if s.Front != bundle || s.ShadeOpen {
				t.Fatalf("after the tap: front %q, shade open %t", s.Front, s.ShadeOpen)
			}
			got := b.wants(method)
			if len(got) != before+1 {
				t.Fatalf("%s was called %d times, want %d", method, len(got), before+1)
			}
			var parameters map[string]any
			if err := json.Unmarshal(got[before].Want.Parameters, &parameters); err != nil {
				t.Fatal(err)
			}
			if parameters["order"] != 7.0 || parameters["nonce"] != "n-1" || fmt.Sprint(parameters["nested"]) != "map[a:[1]]" ||
				parameters["ohos.aafwk.param.callerBundleName"] != "com.ohos.sceneboard" {
				t.Errorf("want.parameters are %v", parameters)
			}
			if got := b.shown(); len(got) != 0 {
				t.Errorf("the tapped notification is still there: %q", got)
			}
		})
	}
}

func TestRule16ActionType1(t *testing.T) {
	tests := []struct{ name, action, want string }{
		{"action", `"action":"com.test.action"`, "DetailAbility"},
		{"uri", `"uri":"https://www.example.com:8080/detail"`, "DetailAbility"},
		{"action before uri", `"action":"action.ohos.push.listener","uri":"https://www.example.com:8080/detail"`, "EntryAbility"},
		{"uri when the action fits nothing", `"action":"x","uri":"https://www.example.com:8080/detail"`, "DetailAbility"},
		{"neither fits", `"action":"x","uri":"https://elsewhere.example/"`, "EntryAbility"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := showing(t)
			b.kill()
			before := len(b.calls(seam.OnCreate))
			b.want(b.push(0, strings.Replace(alert(""), `"actionType":0`, `"actionType":1,`+tt.action, 1)), sim.Delivered)
			b.openShade()
			b.tap("T")
			got := b.wants(seam.OnCreate)
			if len(got) != before+1 || got[before].Name != tt.want {
				t.Errorf("%+v was created, want %s", got[before:], tt.want)
			}
		})
	}
}

func TestRule16HomeSkillWithUrisReceivesNothing(t *testing.T) {
	b := showing(t, func(a *device.InstalledApp) {
		a.Abilities[0].Skills[0].URIs = []device.URI{{Scheme: "https", Host: "www.example.com"}}
	})
	b.home()
	b.want(b.push(0, alert("")), sim.TargetMissing)
	b.expect([]string{})
}

func TestRule17SwitchOff(t *testing.T) {
	b := newBench(t)
	b.start()
	for _, state := range []string{"foreground", "background", "stopped"} {
		if b.app().Enabled {
			t.Fatal("the switch is on by default")
		}
		if state != "foreground" {
			b.start()
		}
		b.into(state)
		b.want(b.push(0, alert("")), sim.NotificationsOff)
	}
	b.expect([]string{})
}

func TestRule18Badge(t *testing.T) {
	b := showing(t, func(a *device.InstalledApp) { a.Behavior.ClearBadge = true })
	b.home()
	badge := func(want int) {
		t.Helper()
		if got := b.app().Badge; got != want {
			t.Errorf("badge %d, want %d", got, want)
		}
	}
	b.want(b.push(0, alert(`"badge":{"addNum":3},"notifyId":1`)), sim.Delivered)
	badge(3)
	b.want(b.push(0, alert(`"badge":{"addNum":2},"notifyId":2`)), sim.Delivered)
	badge(5)
	b.want(b.push(0, alert(`"badge":{"addNum":9,"setNum":1},"notifyId":3`)), sim.Delivered)
	badge(1)
	b.want(b.push(0, `{"notification":{"badge":{"setNum":4}}}`), sim.Delivered)
	badge(4)
	b.want(b.push(0, alert(`"badge":{"addNum":100}`)), sim.BadgeFailed)
	badge(4)
	// A tap on a notification leaves it; the app clears it by setBadgeNumber(0)
	// when it is started again.
	b.kill()
	b.want(b.push(0, alert(`"badge":{"setNum":7},"notifyId":9,"clickAction":{"actionType":0}`)), sim.Delivered)
	badge(7)
	b.openShade()
	b.tap("T")
	b.until("a badge of 0", func(s device.State) bool { a, _ := s.App(bundle); return a.Badge == 0 })
}

func TestRule18TapLeavesTheBadge(t *testing.T) {
	b := showing(t)
	b.home()
	b.want(b.push(0, alert(`"badge":{"addNum":3}`)), sim.Delivered)
	b.openShade()
	b.tap("T")
	if got := b.app().Badge; got != 3 {
		t.Errorf("badge %d after the tap, want 3", got)
	}
}

func TestBadgeIsNotForWatchAndTV(t *testing.T) {
	for _, name := range []string{"wearable", "tv"} {
		b := newBench(t, onProfile(name))
		b.start()
		b.EnableForTest(bundle)
		b.want(b.push(0, alert(`"badge":{"setNum":7}`)), sim.Delivered)
		if got := b.app().Badge; got != 0 {
			t.Errorf("%s: badge %d", name, got)
		}
	}
}

// Rule 20, the device's half: silent, in the notification centre only. How
// many pass on a day is the cloud's half and tested there.
func TestRule20MarketingIsSilent(t *testing.T) {
	b := showing(t)
	b.home()
	token := b.app().Token.Reveal()
	b.want(b.pushTo(token, 0, "MARKETING", strings.Replace(alert(""), `"title":"T"`, `"title":"quiet"`, 1)), sim.Delivered)
	b.want(b.pushTo(token, 0, "IM", strings.Replace(alert(""), `"title":"T"`, `"title":"loud"`, 1)), sim.Delivered)
	b.want(b.pushTo(token, 0, "TRAVEL", strings.Replace(alert(""), `"title":"T"`, `"title":"ring"`, 1)), sim.Delivered)
	slots := map[string]string{}
	for _, n := range b.State().Notifications {
		slots[n.Title] = n.Slot
		if n.Silent != (n.Title == "quiet") {
			t.Errorf("%s: silent %t", n.Title, n.Silent)
		}
	}
	if fmt.Sprint(slots) != "map[loud:SOCIAL_COMMUNICATION quiet:CONTENT_INFORMATION ring:SERVICE_INFORMATION]" {
		t.Errorf("slots %v", slots)
	}
	b.openShade()
	if b.layout().find("quiet", nil) == nil {
		t.Error("a silent notification is missing in the notification centre")
	}
	b.SetLocked(true)
	if b.layout().find("quiet", nil) != nil || b.layout().find("loud", nil) == nil {
		t.Error("the lock screen shows a silent notification, or not the other")
	}
}

func TestShadeKeepsTheNewest24(t *testing.T) {
	b := showing(t)
	for i := range 26 {
		b.want(b.push(0, strings.Replace(alert(""), `"title":"T"`, fmt.Sprintf(`"title":"T%d"`, i), 1)), sim.Delivered)
	}
	got := b.shown()
	if len(got) != 24 || got[0] != "T25" || slices.Contains(got, "T1") || !slices.Contains(got, "T2") {
		t.Errorf("%d notifications: %q", len(got), got)
	}
}

func TestUnreadablePayloadIsDropped(t *testing.T) {
	b := showing(t)
	for _, payload := range []string{``, `[]`, `{"notification":7}`, `{"notification":{"title":1}}`} {
		b.want(b.push(0, payload), sim.Other)
	}
	b.want(b.push(0, alert(`"profileId":"p"`)), sim.ProfileUnknown)
	b.want(b.push(7, `{}`), sim.Other)
	b.want(b.push(3, `{}`), sim.Other)
	b.expect([]string{})
}
