// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
)

// Rule 21: a revocation by token and notifyId removes the notification that is
// shown, and nothing else; the badge stays.
func TestRule21Revoke(t *testing.T) {
	b := showing(t)
	b.home()
	token := b.app().Token.Reveal()
	titled := func(title, fields string) string {
		return strings.Replace(alert(fields), `"title":"T"`, `"title":"`+title+`"`, 1)
	}
	b.want(b.push(0, titled("one", `"notifyId":1,"badge":{"addNum":3}`)), sim.Delivered)
	b.want(b.push(0, titled("two", `"notifyId":2`)), sim.Delivered)
	b.want(b.push(0, titled("auto", "")), sim.Delivered)
	for name, r := range map[string]sim.Revocation{
		"another id":        {Token: token, NotifyID: 3},
		"another push-type": {Token: token, NotifyID: 1, PushType: 2},
		"another token":     {Token: "MAother", NotifyID: 1},
		"no id":             {Token: token, NotifyID: -1},
	} {
		b.Revoke(t.Context(), r)
		if got := len(b.State().Notifications); got != 3 {
			t.Errorf("%s: %d notifications are left, want 3", name, got)
		}
	}
	b.Revoke(t.Context(), sim.Revocation{Token: token, NotifyID: 1})
	b.expect([]string{"auto", "two"})
	if got := b.app().Badge; got != 3 {
		t.Errorf("badge %d, want 3: a revocation leaves it", got)
	}
	b.Revoke(t.Context(), sim.Revocation{Token: token, NotifyID: 1})
	b.expect([]string{"auto", "two"})
}

// A device that is offline cannot be asked.
func TestRevokeOffline(t *testing.T) {
	b := showing(t)
	b.home()
	b.want(b.push(0, alert(`"notifyId":1`)), sim.Delivered)
	b.SetOnline(false)
	b.Revoke(t.Context(), sim.Revocation{Token: b.app().Token.Reveal(), NotifyID: 1})
	b.expect([]string{"T"})
}
