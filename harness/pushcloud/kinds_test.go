// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// typed reads a payload into the type of its kind; a member that the type does
// not have is an error.
func typed(c fixtures.MessageCase, payload json.RawMessage) (pushcloud.Message, error) {
	switch c.Kind {
	case push.KindAlert:
		if strings.HasPrefix(c.Name, "alert/badge only") {
			p, err := decode[struct {
				Notification pushcloud.BadgeRefresh `json:"notification"`
			}](payload)
			return p.Notification, err
		}
		p, err := decode[struct {
			Notification pushcloud.Alert `json:"notification"`
		}](payload)
		return p.Notification, err
	case push.KindForm:
		return decode[pushcloud.FormUpdate](payload)
	case push.KindExtension:
		return decode[pushcloud.Extension](payload)
	case push.KindBackground:
		return decode[pushcloud.Background](payload)
	case push.KindLiveView:
		return decode[pushcloud.LiveView](payload)
	case push.KindVoIP:
		return decode[pushcloud.VoIP](payload)
	}
	return nil, fmt.Errorf("kind %v", c.Kind)
}

func decode[T any](payload json.RawMessage) (value T, err error) {
	dec := json.NewDecoder(strings.NewReader(string(payload)))
	dec.DisallowUnknownFields()
	err = dec.Decode(&value)
	return value, err
}

// zeroView has the zero of every field whose zero has a meaning.
func zeroView() pushcloud.LiveView {
	texts := []pushcloud.RichText{{}}
	return pushcloud.LiveView{
		ActivityID: 0, Operation: pushcloud.LiveViewCreate, Event: "TAXI", Status: "CALLING", Mute: new(false), Version: new(0),
		ActivityData: pushcloud.ActivityData{
			NotificationData: pushcloud.NotificationData{
				Type: pushcloud.LayoutBase, ContentTitle: "{{status}}", ContentText: texts, KeepTime: new(0),
				RichProgress: &pushcloud.RichProgress{NodeIcons: []string{"a.png", "b.png"}, Type: new(0), IndicatorType: new(0)},
				Style:        new(0), SpaceType: new(0), DisplayHorizontalLine: new(false), BackgroundType: new(0),
				Extend:  &pushcloud.Extend{Type: new(0), ClickAction: &pushcloud.ClickAction{}},
				Weather: &pushcloud.Weather{WeatherType: new(0), LocationType: new(0), HighTemperature: new(1), LowTemperature: new(0)},
			},
			CapsuleData: &pushcloud.CapsuleData{
				Type: pushcloud.CapsuleShare, Status: 1, Icon: "i.svg", BgColor: "#FF317AF7",
				CapsuleTimer:       &pushcloud.CapsuleTimer{Time: new(int64(0)), CountDown: new(false), Pause: new(false)},
				Progress:           &pushcloud.CapsuleProgress{Max: new(1), Indeterminate: new(false)},
				IsContentDisplayed: new(false), IsTailIconDisplayed: new(false),
			},
			ExternalData: &pushcloud.ExternalData{Type: new(0), Title: "t", Body: texts},
		},
		Trigger: &pushcloud.Trigger{Type: 1, Condition: pushcloud.Geofence{
			CoordinateSystemType: 1, MonitorEvent: 1, Radius: 200, DelayTime: new(0),
		}},
	}
}

// Zeros that have a meaning reach Push Cloud, and come back out of the type.
func TestZerosOfFormsAndLiveViewsSurvive(t *testing.T) {
	form := pushcloud.FormUpdate{
		ModuleName: "entry", AbilityName: "FormAbility", FormName: "widget",
		FormData: map[string]any{"zero": 0, "no": false, "empty": ""},
		Images:   []pushcloud.FormImage{{KeyName: "image", URL: "https://example.com/a.png", Require: new(0)}},
	}
	const (
		card    = "payload activityData notificationData "
		capsule = "payload activityData capsuleData "
		outer   = "payload activityData externalData "
		fence   = "payload trigger condition "
	)
	formBody, viewBody := sentBody(t, form, pushcloud.PushOptions{}), sentBody(t, zeroView(), pushcloud.PushOptions{})
	for _, test := range []struct {
		body any
		path string
		want any
	}{
		{formBody, "payload formId", 0.0},
		{formBody, "payload version", 0.0},
		{formBody, "payload formData zero", 0.0},
		{formBody, "payload formData no", false},
		{formBody, "payload formData empty", ""},
		{viewBody, "payload activityId", 0.0},
		{viewBody, "payload operation", 0.0},
		{viewBody, "payload mute", false},
		{viewBody, "payload version", 0.0},
		{viewBody, card + "keepTime", 0.0},
		{viewBody, card + "richProgress progress", 0.0},
		{viewBody, card + "richProgress type", 0.0},
		{viewBody, card + "richProgress indicatorType", 0.0},
		{viewBody, card + "style", 0.0},
		{viewBody, card + "spaceType", 0.0},
		{viewBody, card + "displayHorizontalLine", false},
		{viewBody, card + "backgroundType", 0.0},
		{viewBody, card + "extend type", 0.0},
		{viewBody, card + "extend clickAction actionType", 0.0},
		{viewBody, card + "clickAction actionType", 0.0},
		{viewBody, card + "weather weatherType", 0.0},
		{viewBody, card + "weather locationType", 0.0},
		{viewBody, card + "weather lowTemperature", 0.0},
		{viewBody, capsule + "capsuleTimer time", 0.0},
		{viewBody, capsule + "capsuleTimer countDown", false},
		{viewBody, capsule + "capsuleTimer pause", false},
		{viewBody, capsule + "progress progress", 0.0},
		{viewBody, capsule + "progress indeterminate", false},
		{viewBody, capsule + "isContentDisplayed", false},
		{viewBody, capsule + "isTailIconDisplayed", false},
		{viewBody, outer + "type", 0.0},
		{viewBody, fence + "longitude", 0.0},
		{viewBody, fence + "latitude", 0.0},
		{viewBody, fence + "delayTime", 0.0},
	} {
		if got := at(t, test.body, strings.Fields(test.path)...); got != test.want {
			t.Errorf("%s is %v, want %v", test.path, got, test.want)
		}
	}
	images := at(t, formBody, "payload", "images").([]any)
	if got := at(t, images[0], "require"); got != 0.0 {
		t.Errorf("require is %v", got)
	}
	payload, err := zeroView().Payload()
	if err != nil {
		t.Fatal(err)
	}
	back, err := decode[pushcloud.LiveView](payload)
	if diff := cmp.Diff(zeroView(), back); err != nil || diff != "" {
		t.Errorf("%v, round trip (-want +got):\n%s", err, diff)
	}
}

// An array that was set stays, though it is empty.
func TestEmptyArraysSurvive(t *testing.T) {
	payload, err := pushcloud.FormUpdate{Images: []pushcloud.FormImage{}}.Payload()
	if err != nil || !strings.Contains(string(payload), `"images":[]`) {
		t.Errorf("%s, %v", payload, err)
	}
	view := pushcloud.LiveView{}
	view.ActivityData.NotificationData.ContentText = []pushcloud.RichText{}
	if payload, err = view.Payload(); err != nil || !strings.Contains(string(payload), `"contentText":[]`) {
		t.Errorf("%s, %v", payload, err)
	}
}

// ParseMessage takes every kind, by name or by push-type, and the payload
// arrives as it was written.
func TestParseMessageTakesEveryKind(t *testing.T) {
	seen := map[push.Kind]bool{}
	for _, c := range fixtures.Messages() {
		if !c.Valid || seen[c.Kind] {
			continue
		}
		seen[c.Kind] = true
		var body struct {
			Payload json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatal(err)
		}
		for _, head := range []string{fmt.Sprintf(`"kind":%q`, c.Kind), fmt.Sprintf(`"pushType":%d`, c.PushType)} {
			r, err := pushcloud.ParseMessage(fmt.Appendf(nil, `{%s,"payload":%s}`, head, body.Payload))
			if err != nil {
				t.Errorf("%s: %v", head, err)
				continue
			}
			payload, err := r.Message.Payload()
			if err != nil || r.Message.Kind() != c.Kind || string(payload) != string(body.Payload) {
				t.Errorf("%s: %v, %s, %v", head, r.Message.Kind(), payload, err)
			}
		}
	}
	if len(seen) != len(push.Kinds()) {
		t.Errorf("%d kinds, want %d", len(seen), len(push.Kinds()))
	}
}
