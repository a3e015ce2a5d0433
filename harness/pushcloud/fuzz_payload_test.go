// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// Whatever the payload of a form, a live view or a call: each fault has a path
// and one line of text, and the order of members does not matter.
func FuzzValidate(f *testing.F) {
	for _, c := range fixtures.Messages() {
		var body struct {
			Payload json.RawMessage `json:"payload"`
		}
		switch c.Kind {
		case push.KindForm, push.KindLiveView, push.KindVoIP:
			if len(c.Body) < 1500 && json.Unmarshal(c.Body, &body) == nil {
				f.Add(c.PushType, []byte(body.Payload))
			}
		}
	}
	f.Add(1, []byte(`{"formData":{"a\nb":null,"c":1e999999999,"":-0},"images":[[]]}`))
	f.Add(7, []byte(`{"operation":0,"operation":1,"activityData":{"notificationData":{"type":-1,"contentText":[{"text":"\ud800"}]}}}`))
	f.Fuzz(func(t *testing.T, pushType int, payload []byte) {
		faults := pushcloud.Validate(pushcloud.Request{Message: pushcloud.RawMessage{Type: pushType, Body: payload}, Tokens: tokens(testToken)})
		for _, fault := range faults {
			if fault.Path == "" || fault.Problem == "" || strings.IndexFunc(fault.String(), unicode.IsControl) >= 0 || len(fault.Problem) > 1000 {
				t.Errorf("fault %q", fault)
			}
		}
		sorted, ok := sortMembers(payload)
		if !ok {
			return
		}
		again := pushcloud.Validate(pushcloud.Request{Message: pushcloud.RawMessage{Type: pushType, Body: sorted}, Tokens: tokens(testToken)})
		if diff := cmp.Diff(fieldPaths(faults), fieldPaths(again)); diff != "" {
			t.Errorf("%s\nsorted:\n%s\n%s", payload, sorted, diff)
		}
	})
}

// sortMembers writes a JSON document with its members in another order, unless
// it has what changes on the way.
func sortMembers(document []byte) ([]byte, bool) {
	if !utf8.Valid(document) || !json.Valid(document) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) != nil {
		return nil, false
	}
	sorted, err := json.Marshal(value)
	return sorted, err == nil
}

// fieldPaths are the sorted paths but that of the size, which escapes change.
func fieldPaths(faults []pushcloud.Fault) []string {
	paths := slices.DeleteFunc(pathsOf(faults), func(path string) bool { return path == "body" })
	slices.Sort(paths)
	return paths
}
