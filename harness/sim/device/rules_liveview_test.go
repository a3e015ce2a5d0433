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

// viewPush is the payload of a live view message.
func viewPush(id, operation int, fields, title string) string {
	return fmt.Sprintf(`{"activityId":%d,"operation":%d,"event":"TAXI"%s,"activityData":{"notificationData":{"type":3,"contentTitle":%q,`+
		`"contentText":[{"text":"1.2"},{"text":" km"}],"keepTime":0,"clickAction":{"actionType":0}},"capsuleData":{"type":1,"status":1,"title":%q}}}`,
		id, operation, comma(fields), title, "C "+title)
}

const onTheWay = `"status":"DRIVER_ON_THE_WAY"`

// withRight is an app that may make live views itself.
func withRight(a *device.InstalledApp) { a.Rights = append(a.Rights, "kind:liveview:TAXI") }

func (b *bench) view(id int64) device.LiveViewState {
	b.t.Helper()
	for _, v := range b.app().LiveViews {
		if v.ID == id {
			return v
		}
	}
	return device.LiveViewState{}
}

// own asks the system in the app's name, and returns the code of its error.
func (b *bench) own(method string, id int64, version int64, title string) string {
	b.t.Helper()
	_, err := b.AskForTest(b.t.Context(), bundle, method, seam.LiveView{ID: id, Event: "TAXI", Sequence: &version,
		Data: seam.LiveViewData{Primary: seam.Primary{Title: title}}})
	return codeIn(err)
}

func codeIn(err error) string {
	if err == nil {
		return ""
	}
	code, _, _ := strings.Cut(err.Error(), ":")
	return code
}

func (b *bench) active(id int64) (seam.LiveView, string) {
	b.t.Helper()
	got, err := b.AskForTest(b.t.Context(), bundle, seam.ActiveLiveView, seam.LiveViewID{ID: id})
	v, _ := got.(seam.LiveView)
	return v, codeIn(err)
}

func TestLiveViewByPush(t *testing.T) {
	for _, state := range []string{"foreground", "background", "stopped"} {
		t.Run(state, func(t *testing.T) {
			b := showing(t)
			b.into(state)
			before := len(b.Calls())
			b.want(b.push(7, viewPush(7, 0, onTheWay+`,"version":1`, "Taxi {{status}}")), sim.Delivered)
			if calls := b.Calls()[before:]; len(calls) != 0 {
				t.Errorf("code of the app ran: %+v", calls)
			}
			const title = "Taxi DRIVER_ON_THE_WAY"
			if b.layout().find("C Taxi {{status}}", nil) == nil {
				t.Error("no capsule in the status bar")
			}
			b.openShade()
			if b.layout().find(title, nil) == nil || b.layout().find("1.2 km", nil) == nil {
				t.Error("the notification centre does not show it")
			}
			b.sh("uitest uiInput keyEvent Back")
			if out := b.sh("hidumper -s DistributedNotificationService -a -a"); !strings.Contains(out, "SlotType = 5\n") {
				t.Errorf("the dump says %q", out)
			}
			b.SetLocked(true)
			if b.layout().find(title, nil) == nil {
				t.Error("the lock screen does not show it")
			}
			b.SetLocked(false)
			b.start()
			got, code := b.active(7)
			if code != "" || got.Event != "TAXI" || *got.Sequence != 1 || got.Data.Primary.Title != title || got.Data.Primary.Content[0].Text != "1.2 km" {
				t.Errorf("getActiveLiveView gives %+v %s", got, code)
			}
			b.want(b.push(7, viewPush(7, 1, onTheWay+`,"version":2`, "")), sim.Delivered)
			if v := b.view(7); v.Title != title || v.Version != 2 {
				t.Errorf("an update without a title left %+v", v)
			}
			b.want(b.push(7, viewPush(7, 2, `"version":3`, "over")), sim.Delivered)
			if _, code := b.active(7); code != "1003500009" || len(b.shown()) != 0 {
				t.Errorf("an ended one: %s, shown %q", code, b.shown())
			}
		})
	}
}

// Rule 37, the device's half: 265 and the blocks that follow are the cloud's.
func TestRule37VersionsAndIdsOfLiveViews(t *testing.T) {
	b := showing(t, withRight)
	b.want(b.push(7, viewPush(1, 1, onTheWay, "x")), sim.LiveViewUpdateFail)
	b.want(b.push(7, viewPush(1, 2, "", "x")), sim.LiveViewUpdateFail)
	b.want(b.push(7, viewPush(1, 0, onTheWay+`,"version":5`, "made")), sim.Delivered)
	b.want(b.push(7, viewPush(1, 0, onTheWay, "again")), sim.LiveViewDuplicate)
	for _, version := range []int{4, 5} {
		b.want(b.push(7, viewPush(1, 1, onTheWay+fmt.Sprintf(`,"version":%d`, version), "old")), sim.LiveViewOutOfOrder)
	}
	b.want(b.push(7, viewPush(1, 1, `"version":6`, "x")), sim.LiveViewStatusMissing)
	if v := b.view(1); v.Title != "made" || v.Version != 5 || !v.Pushed {
		t.Errorf("the live view is %+v", v)
	}
	b.want(b.push(7, viewPush(1, 2, `"version":6`, "over")), sim.Delivered)
	b.want(b.push(7, viewPush(1, 1, onTheWay+`,"version":7`, "x")), sim.LiveViewUpdateFail)

	if code := b.own(seam.StartLiveView, 2, 1, "own"); code != "" {
		t.Fatal(code)
	}
	b.want(b.push(7, viewPush(2, 0, onTheWay, "x")), sim.LiveViewExists)
	b.want(b.push(7, viewPush(2, 1, `"version":2`, "by push")), sim.Delivered)
	if v := b.view(2); v.Title != "by push" || v.Pushed {
		t.Errorf("the app's own is %+v", v)
	}
}

func TestRule38LiveViewsFadeAndEnd(t *testing.T) {
	b := showing(t)
	b.want(b.push(7, viewPush(1, 0, onTheWay+`,"version":1`, "Taxi")), sim.Delivered)
	b.clock.Advance(2*time.Hour - time.Second)
	if b.view(1).Faded {
		t.Error("it faded too early")
	}
	b.clock.Advance(time.Second)
	b.until("faded", func(device.State) bool { return b.view(1).Faded })
	if b.layout().find("C Taxi", nil) != nil {
		t.Error("the capsule is still there")
	}
	b.SetLocked(true)
	if b.layout().find("Taxi", nil) != nil {
		t.Error("the lock screen still shows it")
	}
	b.SetLocked(false)
	b.openShade()
	if b.layout().find("Taxi", nil) == nil {
		t.Error("the notification centre does not show it")
	}
	b.want(b.push(7, viewPush(1, 1, onTheWay+`,"version":2`, "Taxi")), sim.Delivered)
	if b.view(1).Faded {
		t.Error("an update did not bring it back")
	}
	b.clock.Advance(4 * time.Hour)
	b.until("ended", func(device.State) bool { return b.view(1).Ended && !b.view(1).Shown })

	b.want(b.push(7, viewPush(2, 0, onTheWay+`,"version":1`, "Taxi")), sim.Delivered)
	for i := range 7 {
		b.clock.Advance(time.Hour)
		b.want(b.push(7, viewPush(2, 1, fmt.Sprintf(`%s,"version":%d`, onTheWay, i+2), "Taxi")), sim.Delivered)
	}
	b.clock.Advance(time.Hour)
	b.until("ended after 8 h", func(device.State) bool { return b.view(2).Ended })
}

func TestRule40RemovedLiveViewsAreNotShownAgain(t *testing.T) {
	for name, remove := range map[string]func(*bench) error{
		"by the user": func(b *bench) error { b.SwipeNotification(bundle, 3); return nil },
		"by cancel": func(b *bench) error {
			_, err := b.AskForTest(b.t.Context(), bundle, seam.CancelNotification, seam.NotificationID{ID: 3})
			return err
		},
		"by cancelAll": func(b *bench) error {
			_, err := b.AskForTest(b.t.Context(), bundle, seam.CancelNotifications, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := showing(t)
			b.want(b.push(7, viewPush(3, 0, onTheWay+`,"version":1`, "Taxi")), sim.Delivered)
			if err := remove(b); err != nil {
				t.Fatal(err)
			}
			b.want(b.push(7, viewPush(3, 1, onTheWay+`,"version":2`, "Taxi")), sim.LiveViewUpdateFail)
			if _, code := b.active(3); len(b.shown()) != 0 || code != "1003500009" {
				t.Errorf("shown %q, getActiveLiveView %s", b.shown(), code)
			}
		})
	}
}

func TestLiveViewsOfTheAppItself(t *testing.T) {
	b := showing(t, withRight)
	for _, step := range []struct {
		name, method string
		version      int64
		code         string
	}{
		{"an update of none", seam.UpdateLiveView, 1, "1003500009"},
		{"a start", seam.StartLiveView, 1, ""},
		{"a second start", seam.StartLiveView, 2, "1003500006"},
		{"an older update", seam.UpdateLiveView, 1, "1003500011"},
		{"an update", seam.UpdateLiveView, 2, ""},
		{"the end", seam.StopLiveView, 3, ""},
		{"an update behind it", seam.UpdateLiveView, 4, "1003500010"},
	} {
		if code := b.own(step.method, 9, step.version, step.name); code != step.code {
			t.Errorf("%s: %q, want %q", step.name, code, step.code)
		}
	}
	b.home()
	if code := b.own(seam.StartLiveView, 10, 1, "behind"); code != "1003500001" {
		t.Errorf("a start in the background: %q", code)
	}
	if err := b.SetLiveViews(bundle, false); err != nil {
		t.Fatal(err)
	}
	if on, err := b.AskForTest(t.Context(), bundle, seam.LiveViewsEnabled, nil); err != nil || on != false {
		t.Errorf("isLiveViewEnabled: %v, %v", on, err)
	}
	if code := b.own(seam.StartLiveView, 11, 1, "off"); code != "1003500004" {
		t.Errorf("with the switch off: %q", code)
	}
	b.want(b.push(7, viewPush(12, 0, onTheWay, "x")), sim.NotificationsOff)
	if err := b.SetLiveViews("com.x", false); err == nil {
		t.Error("the switch of no app was turned")
	}
}

func TestLiveViewsWithoutARight(t *testing.T) {
	b := showing(t)
	if code := b.own(seam.StartLiveView, 1, 1, "x"); code != "1003500005" {
		t.Errorf("got %q", code)
	}
}

// A tap leaves a live view where it is, and opens the app.
func TestATapOnALiveView(t *testing.T) {
	b := showing(t)
	b.home()
	b.want(b.push(7, viewPush(1, 0, onTheWay, "Taxi")), sim.Delivered)
	b.openShade()
	b.tap("Taxi")
	if !b.app().Foreground || len(b.shown()) != 1 {
		t.Errorf("the app is at %+v, shown %q", b.app(), b.shown())
	}
}

func TestKeepTimeShowsAnEndedLiveView(t *testing.T) {
	b := showing(t)
	b.want(b.push(7, viewPush(1, 0, onTheWay, "Taxi")), sim.Delivered)
	b.want(b.push(7, strings.Replace(viewPush(1, 2, "", "Over"), `"keepTime":0`, `"keepTime":60`, 1)), sim.Delivered)
	if got := b.shown(); fmt.Sprint(got) != "[Over]" || !b.view(1).Ended {
		t.Errorf("shown %q, %+v", got, b.view(1))
	}
	b.clock.Advance(time.Minute)
	b.until("gone", func(s device.State) bool { return len(s.Notifications) == 0 })
}

func TestLiveViewsByDevice(t *testing.T) {
	for name, tt := range map[string]struct {
		alter func(*device.Options)
		want  sim.Receipt
	}{
		"a tablet":      {onProfile("tablet"), sim.Delivered},
		"a PC":          {onProfile("2in1"), sim.Other},
		"a TV":          {onProfile("tv"), sim.Other},
		"a watch of 25": {func(o *device.Options) { onProfile("wearable")(o); o.Profile.API = 25 }, sim.Other},
		"an emulator":   {built("const.product.model=emulator"), sim.Other},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, tt.alter)
			b.start()
			b.EnableForTest(bundle)
			b.want(b.push(7, viewPush(1, 0, onTheWay, "x")), tt.want)
			_, code := b.active(1)
			if want := map[bool]string{true: "", false: "801"}[tt.want == sim.Delivered]; code != want {
				t.Errorf("getActiveLiveView: %q, want %q", code, want)
			}
		})
	}
}

func TestLiveViewsThatDependOnAPlace(t *testing.T) {
	b := showing(t)
	b.want(b.push(7, viewPush(1, 4, onTheWay, "x")), sim.Other)
	if got, err := json.Marshal(b.app().LiveViews); err != nil || string(got) != "null" {
		t.Errorf("live views %s", got)
	}
}
