// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

const nonce = "pp-0a1b2c3d4e5f"

func raw(pushType int, payload string) pushcloud.RawMessage {
	return pushcloud.RawMessage{Type: pushType, Body: json.RawMessage(payload)}
}

func TestCarry(t *testing.T) {
	const click = `"clickAction":{"actionType":0}`
	for name, test := range map[string]struct {
		message  pushcloud.Message
		options  pushcloud.PushOptions
		verbatim bool
		payload  string
		biTag    string
		carriers string
	}{
		"alert, all free": {
			message: raw(0, `{"notification":{"title":"t",`+click+`}}`),
			payload: `{"notification":{"appMessageId":"NONCE","title":"t",` + click + `}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.notification.appMessageId own eyes",
		},
		"alert, written into title and data": {
			message: raw(0, `{"notification":{"title":"Order {{nonce}}","clickAction":{"actionType":0,"data":{"id":"{{nonce}}","n":1.0}}}}`),
			payload: `{"notification":{"appMessageId":"NONCE","title":"Order NONCE","clickAction":{"actionType":0,"data":{"id":"NONCE","n":1.0}}}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.notification.title ui tree, payload.notification.title own eyes, payload.notification.title arrival, " +
				"payload.notification.appMessageId own eyes, payload.notification.clickAction.data click",
		},
		"alert, its own biTag and appMessageId": {
			message: raw(0, `{"notification":{"body":"{{nonce}}","appMessageId":"mine",`+click+`}}`),
			options: pushcloud.PushOptions{BiTag: "mine"},
			payload: `{"notification":{"body":"NONCE","appMessageId":"mine",` + click + `}}`, biTag: "mine",
			carriers: "payload.notification.body ui tree, payload.notification.body own eyes, payload.notification.body arrival",
		},
		"biTag with a place": {
			message: raw(6, `{"extraData":"{\"order\":7}"}`), options: pushcloud.PushOptions{BiTag: "run-{{nonce}}"},
			payload: `{"extraData":"{\"_pp\":\"NONCE\",\"order\":7}"}`, biTag: "run-" + nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"extraData is an object": {
			message: raw(6, `{"extraData":"{ \"order\" : 7.50, \"s\":\"<a>\" }"}`),
			payload: `{"extraData":"{\"_pp\":\"NONCE\", \"order\" : 7.50, \"s\":\"<a>\" }"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"extraData is an empty object": {
			message: raw(6, `{"extraData":"{}"}`),
			payload: `{"extraData":"{\"_pp\":\"NONCE\"}"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"extraData has a place": {
			message: raw(6, `{"extraData":"{\"id\":\"{{nonce}}\"}"}`),
			payload: `{"extraData":"{\"id\":\"NONCE\"}"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"extraData is text with a place": {
			message: raw(6, `{"extraData":"id={{nonce}}"}`),
			payload: `{"extraData":"id=NONCE"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"extension, plain extraData": {
			message: raw(2, `{"extraData":"plain","notification":{"title":"t",`+click+`}}`),
			payload: `{"extraData":"plain","notification":{"appMessageId":"NONCE","title":"t",` + click + `}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.notification.appMessageId own eyes",
		},
		"extension, object": {
			message: raw(2, `{"extraData":"{\"a\":1}","notification":{"title":"{{nonce}}",`+click+`}}`),
			payload: `{"extraData":"{\"_pp\":\"NONCE\",\"a\":1}","notification":{"appMessageId":"NONCE","title":"NONCE",` + click + `}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.notification.title ui tree, payload.notification.title own eyes, payload.notification.title arrival, " +
				"payload.notification.appMessageId own eyes, payload.extraData arrival",
		},
		"typed message": {
			message: pushcloud.Background{ExtraData: `{"order":7}`},
			payload: `{"extraData":"{\"_pp\":\"NONCE\",\"order\":7}"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"call": {
			message: raw(10, `{"extraData":"{\"scene\":\"voice\"}"}`),
			payload: `{"extraData":"{\"_pp\":\"NONCE\",\"scene\":\"voice\"}"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"typed call": {
			message: pushcloud.VoIP{ExtraData: `{"scene":"voice"}`},
			payload: `{"extraData":"{\"_pp\":\"NONCE\",\"scene\":\"voice\"}"}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.extraData arrival",
		},
		"form": {
			message: pushcloud.FormUpdate{FormID: 7, FormData: map[string]any{"text": "Order {{nonce}}", "n": 1, "list": []string{"{{nonce}}"}}},
			payload: `{"moduleName":"","abilityName":"","formName":"","formId":7,"version":0,"formData":{"list":["NONCE"],"n":1,"text":"Order NONCE"}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.formData.list ui tree, payload.formData.text ui tree",
		},
		"live view, texts": {
			message: raw(7, `{"activityId":0,"title":"{{nonce}}","activityData":{"notificationData":{"type":4,"contentTitle":"{{status}} {{nonce}}","contentText":[{"text":"{{nonce}}"}],`+
				`"singleTextBlock":{"firstLine":"{{nonce}}"},"firstTextBlock":{"firstLine":"{{nonce}}"},"clickAction":{"data":{"id":"{{nonce}}"}}},"capsuleData":{"content":"{{nonce}}"}}}`),
			payload: `{"activityId":0,"title":"NONCE","activityData":{"notificationData":{"type":4,"contentTitle":"{{status}} NONCE","contentText":[{"text":"NONCE"}],` +
				`"singleTextBlock":{"firstLine":"NONCE"},"firstTextBlock":{"firstLine":"NONCE"},"clickAction":{"data":{"id":"NONCE"}}},"capsuleData":{"content":"NONCE"}}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt, payload.title ui tree, " +
				"payload.activityData.notificationData.contentTitle ui tree, payload.activityData.notificationData.contentTitle own eyes, " +
				"payload.activityData.notificationData.contentText ui tree, payload.activityData.notificationData.contentText own eyes, " +
				"payload.activityData.notificationData.singleTextBlock ui tree, payload.activityData.capsuleData.content ui tree, " +
				"payload.activityData.notificationData.clickAction.data click",
		},
		"live view, its activityId alone": {
			message: raw(7, `{"activityId":0,"activityData":{"notificationData":{"type":-1}}}`),
			payload: `{"activityId":0,"activityData":{"notificationData":{"type":-1}}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt",
		},
		"badge only": {
			message: pushcloud.BadgeRefresh{Badge: pushcloud.SetBadge(3)},
			payload: `{"notification":{"badge":{"setNum":3}}}`, biTag: nonce,
			carriers: "pushOptions.biTag receipt",
		},
		"verbatim": {
			message: raw(2, `{"extraData":"{\"a\":1}","notification":{"title":"t {{nonce}}",`+click+`}}`), verbatim: true,
			payload:  `{"extraData":"{\"a\":1}","notification":{"title":"t NONCE",` + click + `}}`,
			carriers: "payload.notification.title ui tree, payload.notification.title own eyes, payload.notification.title arrival",
		},
		"verbatim, no place": {
			message: raw(6, `{"extraData":"{\"a\":1}"}`), verbatim: true,
			payload: `{"extraData":"{\"a\":1}"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := test.message.Payload()
			if err != nil {
				t.Fatal(err)
			}
			r, carriers, err := pushcloud.Carry(pushcloud.Request{Message: test.message, Options: test.options, Verbatim: test.verbatim}, nonce)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Message.Payload()
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(test.payload, "NONCE", nonce)
			// extraData keeps the author's white space, the payload around it does not.
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			if r.Options.BiTag != test.biTag {
				t.Errorf("biTag %q, want %q", r.Options.BiTag, test.biTag)
			}
			var texts []string
			for _, c := range carriers {
				texts = append(texts, c.Field+" "+string(c.Witness))
			}
			if diff := cmp.Diff(test.carriers, strings.Join(texts, ", ")); diff != "" {
				t.Errorf("carriers (-want +got):\n%s", diff)
			}
			after, err := test.message.Payload()
			if err != nil || string(before) != string(after) {
				t.Errorf("the author's message was changed to %s", after)
			}
		})
	}
}

func TestCarryFindsNoPlace(t *testing.T) {
	for name, test := range map[string]struct {
		message pushcloud.Message
		fields  []string
	}{
		"background, text":  {raw(6, `{"extraData":"plain"}`), []string{"payload.extraData"}},
		"background, array": {raw(6, `{"extraData":"[1]"}`), []string{"payload.extraData"}},
		"call, text":        {pushcloud.VoIP{ExtraData: "call"}, []string{"payload.extraData"}},
		"form, text": {
			pushcloud.FormUpdate{FormData: map[string]any{"a": "x", "b": "y", "n": 1}},
			[]string{"payload.formData.a", "payload.formData.b"},
		},
		"form, numbers": {pushcloud.FormUpdate{FormData: map[string]any{"n": 1}}, []string{"payload.formData"}},
		"alert, its own id": {
			raw(0, `{"notification":{"title":"t","appMessageId":"mine","clickAction":{"actionType":0}}}`),
			[]string{"payload.notification.title", "payload.notification.body", "payload.notification.appMessageId"},
		},
	} {
		r, carriers, err := pushcloud.Carry(pushcloud.Request{Message: test.message}, nonce)
		var none *pushcloud.NoCarrierError
		if !errors.As(err, &none) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.fields, none.Fields); diff != "" {
			t.Errorf("%s: fields (-want +got):\n%s", name, diff)
		}
		for _, field := range test.fields {
			if !strings.Contains(err.Error(), field) || !strings.Contains(err.Error(), "{{nonce}}") {
				t.Errorf("%s: %q does not name %s", name, err, field)
			}
		}
		if r.Options.BiTag != nonce || !carriers.For(pushcloud.WitnessReceipt) || carriers.For(pushcloud.WitnessArrival) {
			t.Errorf("%s: the receipt's carrier is lost: %v", name, carriers)
		}
	}
}

func TestNonceIsChecked(t *testing.T) {
	for _, bad := range []string{"", "a b", `a"b`, "a+b", "ä", strings.Repeat("a", 65), "{{nonce}}"} {
		_, _, err := pushcloud.Carry(request(), bad)
		var wrong *pushcloud.NonceError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	if _, _, err := pushcloud.Carry(pushcloud.Request{}, nonce); err == nil {
		t.Error("a request without a message carries a nonce")
	}
}

// A message that is valid stays valid with a nonce in it, unless the nonce's
// bytes make it too long.
func TestCarriedFixturesStayValid(t *testing.T) {
	for _, c := range fixtures.Messages() {
		if !c.Valid || strings.Contains(c.Name, "4096") {
			continue
		}
		r, readable := fixtureRequest(t, c)
		if !readable {
			t.Fatal(c.Name)
		}
		carried, carriers, err := pushcloud.Carry(r, nonce)
		var none *pushcloud.NoCarrierError
		if err != nil && !errors.As(err, &none) {
			t.Errorf("%s: %v", c.Name, err)
		}
		if faults := pushcloud.Validate(carried); faults != nil {
			t.Errorf("%s: %v", c.Name, faults)
		}
		if len(carriers) == 0 && r.Options.BiTag == "" {
			t.Errorf("%s: nothing carries the nonce", c.Name)
		}
	}
}

func TestNonceCountsTowardsTheLimit(t *testing.T) {
	r := pushcloud.Request{Tokens: tokens(testToken)}
	fits := func(n int) pushcloud.Message {
		return pushcloud.Background{ExtraData: fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", n))}
	}
	n := 0
	for r.Message = fits(n); pushcloud.Validate(r) == nil; r.Message = fits(n) {
		n++
	}
	r.Message = fits(n - 1)
	carried, _, err := pushcloud.Carry(r, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if faults := pushcloud.Validate(carried); len(faults) != 1 || faults[0].Path != "body" {
		t.Errorf("faults %v", faults)
	}
}
