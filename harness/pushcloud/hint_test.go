// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"strings"
	"testing"

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
		"like none": {`{"pushType":10,"payload":{"extraData":"x","caller":{"nested":1}}}`,
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
		if got := pushcloud.Hints(r); len(got) > 0 {
			t.Errorf("%s: %v", m.Name, got)
		}
	}
	if seen == 0 {
		t.Error("there is no valid message")
	}
}

// Whatever a payload holds, a hint names a member of it.
func FuzzHints(f *testing.F) {
	for _, m := range fixtures.Messages() {
		f.Add(m.PushType, []byte(m.Body))
	}
	f.Add(1, []byte(`{"images":[{"images":[]}],"a.b":{}}`))
	f.Fuzz(func(t *testing.T, pushType int, payload []byte) {
		for _, h := range pushcloud.Hints(pushcloud.Request{Message: pushcloud.RawMessage{Type: pushType, Body: payload}}) {
			if !json.Valid(payload) || !strings.HasPrefix(h.Path, "payload") {
				t.Errorf("%s gives the hint %s", payload, h)
			}
		}
	})
}
