// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// sentBody sends one request and returns its body.
func sentBody(t *testing.T, m pushcloud.Message, o pushcloud.PushOptions) map[string]any {
	t.Helper()
	s := serve(t, answers(200, success))
	if _, err := s.client(t).Send(t.Context(), pushcloud.Request{Message: m, Tokens: tokens(testToken), Options: o}); err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(s.seen()[0].body, &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func at(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, key := range path {
		members, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no object above %s", key)
		}
		if v, ok = members[key]; !ok {
			t.Fatalf("%s did not survive", strings.Join(path, "."))
		}
	}
	return v
}

// Zeros that have a meaning reach Push Cloud.
func TestZerosSurvive(t *testing.T) {
	zeros := pushcloud.Alert{
		Title: "t", Body: "b", NotifyID: new(0), Badge: pushcloud.SetBadge(0), ForegroundShow: new(false),
		ClickAction: pushcloud.ClickAction{ActionType: 0, Data: map[string]any{"zero": 0, "no": false, "empty": ""}},
	}
	options := pushcloud.PushOptions{CollapseKey: new(0), TestMessage: new(false)}
	body := sentBody(t, zeros, options)
	extension := sentBody(t, pushcloud.Extension{ExtraData: "", Notification: zeros}, options)
	for _, test := range []struct {
		body any
		path string
		want any
	}{
		{body, "payload notification notifyId", 0.0},
		{body, "payload notification badge setNum", 0.0},
		{body, "payload notification foregroundShow", false},
		{body, "payload notification clickAction actionType", 0.0},
		{body, "payload notification clickAction data zero", 0.0},
		{body, "payload notification clickAction data no", false},
		{body, "payload notification clickAction data empty", ""},
		{body, "pushOptions collapseKey", 0.0},
		{body, "pushOptions testMessage", false},
		{extension, "payload extraData", ""},
		{extension, "payload notification notifyId", 0.0},
		{extension, "payload notification badge setNum", 0.0},
		{extension, "payload notification foregroundShow", false},
		{sentBody(t, pushcloud.BadgeRefresh{Badge: pushcloud.SetBadge(0)}, options), "payload notification badge setNum", 0.0},
		{sentBody(t, pushcloud.Background{}, pushcloud.PushOptions{BackgroundMode: new(0)}), "pushOptions backgroundMode", 0.0},
		{sentBody(t, pushcloud.Background{}, options), "payload extraData", ""},
	} {
		if got := at(t, test.body, strings.Fields(test.path)...); got != test.want {
			t.Errorf("%s is %v, want %v", test.path, got, test.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	for name, test := range map[string]struct {
		message pushcloud.Message
		want    string
	}{
		"alert":      {pushcloud.Alert{Title: "t", Body: "b"}, `{"notification":{"category":"MARKETING","title":"t","body":"b","clickAction":{"actionType":0}}}`},
		"extension":  {pushcloud.Extension{ExtraData: "x", Notification: pushcloud.Alert{Title: "t", Body: "b"}}, `{"extraData":"x","notification":{"category":"PLAY_VOICE","title":"t","body":"b","clickAction":{"actionType":0}}}`},
		"background": {pushcloud.Background{ExtraData: "<x>"}, `{"extraData":"<x>"}`},
		"badge":      {pushcloud.BadgeRefresh{Badge: pushcloud.AddBadge(1)}, `{"notification":{"badge":{"addNum":1}}}`},
	} {
		got, err := test.message.Payload()
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, test.want)
		}
	}
	body := sentBody(t, pushcloud.Background{}, pushcloud.PushOptions{})
	if diff := cmp.Diff(map[string]any{"testMessage": true}, body["pushOptions"]); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

// Every valid payload that the documentation lists can be written with the
// types.
func TestTypesHoldEveryVariant(t *testing.T) {
	for _, c := range fixtures.Messages() {
		if !c.Valid {
			continue
		}
		var body struct {
			Payload json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatal(err)
		}
		m, err := typed(c, body.Payload)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		payload, err := m.Payload()
		if err != nil {
			t.Fatal(err)
		}
		var got, want map[string]any
		if err := json.Unmarshal(payload, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(body.Payload, &want); err != nil {
			t.Fatal(err)
		}
		if n, ok := want["notification"].(map[string]any); ok && n["style"] == 0.0 {
			delete(n, "style") // 0 is the default and the one zero without a meaning
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Name, diff)
		}
	}
}

func TestOptions(t *testing.T) {
	for name, test := range map[string]struct {
		options pushcloud.PushOptions
		want    map[string]any
	}{
		"all": {
			pushcloud.PushOptions{TestMessage: new(true), TTL: time.Hour, BiTag: "b", ReceiptID: "r", CollapseKey: new(-1)},
			map[string]any{"testMessage": true, "ttl": 3600.0, "biTag": "b", "receiptId": "r", "collapseKey": -1.0},
		},
		"part of a second": {
			pushcloud.PushOptions{TTL: 1500 * time.Millisecond},
			map[string]any{"testMessage": true, "ttl": 2.0},
		},
		"extra wins": {
			pushcloud.PushOptions{BiTag: "b", Extra: map[string]json.RawMessage{"biTag": []byte(`"other"`), "new": []byte(`{ "a": 1 }`), "testMessage": []byte("false")}},
			map[string]any{"testMessage": false, "biTag": "other", "new": map[string]any{"a": 1.0}},
		},
	} {
		body := sentBody(t, pushcloud.Background{}, test.options)
		if diff := cmp.Diff(test.want, body["pushOptions"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	faults := pushcloud.Validate(pushcloud.Request{
		Message: pushcloud.Background{}, Tokens: tokens(testToken),
		Options: pushcloud.PushOptions{Extra: map[string]json.RawMessage{"new": []byte(`{`)}},
	})
	if len(faults) != 1 || !strings.Contains(faults[0].Problem, "pushOptions.new is no JSON") {
		t.Errorf("faults %v", faults)
	}
}

func TestRawMessage(t *testing.T) {
	m := pushcloud.RawMessage{Type: 6, Body: []byte(`{ "extraData" : "a b", "n": 1.50e+3 }`)}
	got, err := m.Payload()
	if err != nil || string(got) != `{"extraData":"a b","n":1.50e+3}` || m.Kind() != push.KindBackground {
		t.Errorf("got %s, %v of kind %v", got, err, m.Kind())
	}
	if kind := (pushcloud.RawMessage{Type: 3}).Kind(); kind != 0 {
		t.Errorf("push-type 3 is of kind %v", kind)
	}
	for name, r := range map[string]pushcloud.Request{
		"no message": {Tokens: tokens(testToken)},
		"no JSON":    {Message: pushcloud.RawMessage{Type: 6, Body: []byte(`{`)}, Tokens: tokens(testToken)},
		"no object":  {Message: pushcloud.RawMessage{Type: 7, Body: []byte(`[]`)}, Tokens: tokens(testToken)},
		"type 3":     {Message: pushcloud.RawMessage{Type: 3, Body: []byte(`{}`)}, Tokens: tokens(testToken)},
	} {
		if faults := pushcloud.Validate(r); len(faults) != 1 {
			t.Errorf("%s: %v", name, faults)
		}
	}
}
