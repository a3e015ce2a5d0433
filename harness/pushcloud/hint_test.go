// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestHintsNameMisspeltMembers(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		want []string
	}{
		"a member": {`{"pushType":0,"payload":{"notification":{"categry":"IM","title":"t","body":"b","clickAction":{"actionTyp":0}}}}`,
			[]string{
				`payload.notification.categry: Push Kit's documentation has no such member; did you mean "category"?`,
				`payload.notification.clickAction.actionTyp: Push Kit's documentation has no such member; did you mean "actionType"?`,
			}},
		"in a list": {`{"pushType":1,"payload":{"images":[{"url":"u"},{"keyname":"k"}]}}`,
			[]string{`payload.images[1].keyname: Push Kit's documentation has no such member; did you mean "keyName"?`}},
		"of the options": {`{"pushType":6,"payload":{"extraData":"x"},"pushOptions":{"tttl":1,"ttl":1.0}}`,
			[]string{`pushOptions.tttl: Push Kit's documentation has no such member; did you mean "ttl"?`}},
		"like none": {`{"pushType":10,"payload":{"extraData":"x","caller":{"nested":1}},"pushOptions":{"ttl":30}}`,
			[]string{`payload.caller: Push Kit's documentation has no such member`}},
		"what is the sender's own": {`{"pushType":0,"payload":{"notification":{"clickAction":{"data":{"categry":1}}}}}`, nil},
		"a form's own":             {`{"pushType":1,"payload":{"formData":{"categry":1}}}`, nil},
		"no object":                {`{"pushType":0,"payload":{"notification":[1]}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := pushcloud.ParseMessage([]byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range pushcloud.Hints(r) {
				got = append(got, h.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := pushcloud.Hints(pushcloud.Request{Message: pushcloud.RawMessage{Type: push.KindAlert.PushType(), Body: []byte("{")}}); got != nil {
		t.Errorf("a payload that is no JSON gives hints %v", got)
	}
}

// Nobody waits a day for a call to be answered.
func TestHintsAtTheTTLOfACall(t *testing.T) {
	const advised = "; for a call 30 to 60 are advised, since nobody waits longer for an answer"
	voip := `{"pushType":10,"payload":{"extraData":"x"},"pushOptions":%s}`
	alert := `{"pushType":0,"payload":{"notification":{"category":%q,"title":"t","body":"b","clickAction":{"actionType":0}}},"pushOptions":%s}`
	for name, tt := range map[string]struct{ file, want string }{
		"not set":            {fmt.Sprintf(voip, `{}`), "it is not set, which means 86400 seconds"},
		"too short":          {fmt.Sprintf(voip, `{"ttl":29}`), "it is 29"},
		"shortest":           {fmt.Sprintf(voip, `{"ttl":30}`), ""},
		"longest":            {fmt.Sprintf(voip, `{"ttl":60}`), ""},
		"too long":           {fmt.Sprintf(voip, `{"ttl":61}`), "it is 61"},
		"none":               {fmt.Sprintf(voip, `{"ttl":0}`), "it is 0"},
		"a fault anyway":     {fmt.Sprintf(voip, `{"ttl":"30"}`), ""},
		"of the category":    {fmt.Sprintf(alert, "VOIP", `{}`), "it is not set, which means 86400 seconds"},
		"a day":              {fmt.Sprintf(alert, "VOIP", `{"ttl":86400}`), "it is 86400"},
		"45 s":               {fmt.Sprintf(alert, "VOIP", `{"ttl":45}`), ""},
		"a missed call":      {fmt.Sprintf(alert, "MISS_CALL", `{"ttl":86400}`), ""},
		"no call":            {fmt.Sprintf(alert, "IM", `{}`), ""},
		"of another message": {`{"pushType":6,"payload":{"extraData":"VOIP"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := pushcloud.ParseMessage([]byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			var want []pushcloud.Hint
			if tt.want != "" {
				want = []pushcloud.Hint{{Path: "pushOptions.ttl", Text: tt.want + advised}}
			}
			if diff := cmp.Diff(want, pushcloud.Hints(r)); diff != "" {
				t.Error(diff)
			}
			r.Tokens = tokens(testToken)
			if faults := pushcloud.Validate(r); len(faults) > 0 && name != "a fault anyway" {
				t.Errorf("a hint became a fault, or the message is wrong: %v", faults)
			}
		})
	}
	r := pushcloud.Request{Message: pushcloud.VoIP{ExtraData: "x"}, Options: pushcloud.PushOptions{TTL: 45 * time.Second}}
	if got := pushcloud.Hints(r); got != nil {
		t.Errorf("a typed message with 45 s: %v", got)
	}
}

// The types of this package know every member that a valid message has.
func TestValidMessagesGiveNoHints(t *testing.T) {
	seen := 0
	for _, m := range fixtures.Messages() {
		if !m.Valid {
			continue
		}
		seen++
		r, readable := fixtureRequest(t, m)
		if !readable {
			t.Errorf("%s cannot be read", m.Name)
		}
		for _, h := range pushcloud.Hints(r) {
			// How long a call waits is advised only.
			if h.Path != "pushOptions.ttl" {
				t.Errorf("%s: %v", m.Name, h)
			}
		}
	}
	if seen == 0 {
		t.Error("there is no valid message")
	}
}

// Whatever a payload holds, a hint names a member of it, or the ttl of a call.
func FuzzHints(f *testing.F) {
	for _, m := range fixtures.Messages() {
		f.Add(m.PushType, []byte(m.Body))
	}
	f.Add(1, []byte(`{"images":[{"images":[]}],"a.b":{}}`))
	f.Fuzz(func(t *testing.T, pushType int, payload []byte) {
		for _, h := range pushcloud.Hints(pushcloud.Request{Message: pushcloud.RawMessage{Type: pushType, Body: payload}}) {
			if h.Path == "pushOptions.ttl" && (pushType == 0 || pushType == 10) {
				continue
			}
			if !json.Valid(payload) || !strings.HasPrefix(h.Path, "payload") {
				t.Errorf("%s gives the hint %s", payload, h)
			}
		}
	})
}
