// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

// What is not written as a program would write it: the same rules hold, and
// each fault is found by its path.
func TestFaultsOfUnusualWriting(t *testing.T) {
	const (
		alert = `{"notification":{"category":"MARKETING","title":"t","body":"b","clickAction":{"actionType":0}`
		form  = `{"moduleName":"m","abilityName":"a","formName":"f","formId":1,"version":1,"formData":`
		card  = `{"activityId":1,"operation":1,"event":"TAXI","status":"COMPLETED","activityData":{"notificationData":{"clickAction":{"actionType":0},`
		at    = "payload.activityData.notificationData"
	)
	for _, c := range []struct {
		name     string
		pushType int
		payload  string
		paths    []string
	}{
		{"a negative zero", 0, alert + `,"style":-0,"notifyId":-0}}`, nil},
		{"a number with a fraction", 0, alert + `,"style":0.0}}`, []string{"payload.notification.style"}},
		{"a name with an escape", 0, alert + `,"\u0073tyle":7}}`, []string{"payload.notification.style"}},
		{"an overridden member", 0, alert + `,"image":7,"image":"https://x/a.png"}}`, nil},
		{"the last member counts", 0, alert + `,"image":"https://x/a.png","image":7}}`, []string{"payload.notification.image"}},
		{"an overridden value of formData", 1, form + `{"a":null,"b":1,"a":1}}`, nil},
		{"the last value of formData counts", 1, form + `{"a":1,"b":1,"a":null}}`, []string{"payload.formData.a"}},
		{"an overridden keyword", 7, card + `"type":-1,"contentTitle":"{{status}}","keywords":{"a":1,"a":"b"}}}}`, nil},
		{"an overridden placeholder", 7, card + `"type":4,"singleTextBlock":{"firstLine":"{{status}}","secondLine":"b","firstLine":"a"}}}}`, []string{at}},
		{"an overriding placeholder", 7, card + `"type":4,"singleTextBlock":{"firstLine":"a","secondLine":"b","firstLine":"{{status}}"}}}}`, nil},
		{"a placeholder in no text", 7, card + `"type":-1,"contentTitle":"a","contentText":["{{status}}"]}}}`, []string{at, at + ".contentText[0]"}},
		{"a badge with a category alone", 0, `{"notification":{"category":"IM","badge":{"setNum":9}}}`, nil},
		{"a badge with a click alone", 0, `{"notification":{"clickAction":{"actionType":0},"badge":{}}}`, []string{"payload.notification.badge"}},
		{"a badge with a title, nothing to click", 0, `{"notification":{"title":"t","badge":{"setNum":9}}}`, []string{"payload.notification.title"}},
		{"a member of another block", 7, card + `"type":5,"contentTitle":"{{status}}","firstTextBlock":{"firstLine":"a","secondLine":"b","underlineColor":"red"},"lastTextBlock":{"firstLine":"a","secondLine":"b"}}}}`, nil},
		{"no UTF-8", 6, "{\"extraData\":\"\xff\"}", []string{"payload"}},
		{"no UTF-8 and no push-type", 5, "{\"extraData\":\"\xff\"}", []string{"payload", "push-type"}},
	} {
		faults := pushcloud.Validate(pushcloud.Request{Message: raw(c.pushType, c.payload), Tokens: tokens(testToken)})
		if diff := cmp.Diff(c.paths, fieldPaths(faults)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%v", c.name, diff, faults)
		}
	}
}
