// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/quota"
)

func costs(b *quota.Budget) []string {
	var list []string
	for _, c := range b.Costs() {
		list = append(list, fmt.Sprintf("%s %s: %d+%d of %d", c.Rule.Name, c.Scope, c.Sent, c.Planned, c.Rule.Most))
	}
	return list
}

func TestBudget(t *testing.T) {
	d := newDesk(t, quota.Options{})
	d.send(1, background("A"))
	plan := d.Budget()
	for _, device := range []string{"A", "B"} {
		if err := plan.Spend(t.Context(), background(device)); err != nil {
			t.Fatal(err)
		}
	}
	err := plan.Spend(t.Context(), background("B"), background("A"))
	var over *quota.OverError
	if !errors.As(err, &over) || over.Sent != 1 || over.Planned != 1 || over.Want != 1 || !strings.Contains(err.Error(), "1 sent, 1 planned, 1 more") {
		t.Errorf("the second one to A: %v", err)
	}
	want := []string{"test.day project 1: 1+2 of 1000", "background.hour device A: 1+1 of 2", "background.hour device B: 0+1 of 2"}
	if diff := cmp.Diff(want, costs(plan)); diff != "" {
		t.Errorf("what was refused is charged, or what was planned is not (-want +got):\n%s", diff)
	}
	// A plan reserves nothing.
	if got := d.send(2, background("A")); got != 1 {
		t.Errorf("%d of what was planned could be sent, want 1", got)
	}
}

func TestAForcedBudgetCounts(t *testing.T) {
	plan := newDesk(t, quota.Options{Force: true}).Budget()
	for range 4 {
		if err := plan.Spend(t.Context(), background("A")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"test.day project 1: 0+4 of 1000", "background.hour device A: 0+4 of 2"}, costs(plan)); diff != "" {
		t.Error(diff)
	}
}

// message is a message as the limits see one.
type message struct {
	kind    push.Kind
	payload string
}

func (m message) Kind() push.Kind { return m.kind }

func (m message) Payload() (json.RawMessage, error) {
	if m.payload == "" {
		return nil, errors.New("broken")
	}
	return json.RawMessage(m.payload), nil
}

func TestPayerReadsMessages(t *testing.T) {
	tests := map[string]struct {
		message               message
		category, item, event string
	}{
		"alert":      {message{push.KindAlert, `{"notification":{"category":"TRAVEL","title":"t"}}`}, "TRAVEL", "", ""},
		"badge":      {message{push.KindAlert, `{"notification":{"badge":{"setNum":0}}}`}, "", "", ""},
		"extension":  {message{push.KindExtension, `{"notification":{"category":"PLAY_VOICE"}}`}, "PLAY_VOICE", "", ""},
		"form":       {message{push.KindForm, `{"formId":9223372036854775807,"version":1}`}, "", "9223372036854775807", ""},
		"live view":  {message{push.KindLiveView, `{"activityId":0,"event":"TAXI"}`}, "", "0", "TAXI"},
		"background": {message{push.KindBackground, `{"extraData":"{\"formId\":1}"}`}, "", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := quota.Payer{Project: "1", App: "com.a", Device: "A", Token: "token:1", Test: true}
			want := quota.Send{Project: "1", App: "com.a", Device: "A", Token: "token:1", Test: true,
				Kind: tt.message.kind, Category: tt.category, Item: tt.item, Event: tt.event}
			got, err := p.Send(tt.message)
			if err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		})
	}
	if _, err := (quota.Payer{}).Send(message{kind: push.KindForm}); err == nil {
		t.Error("a message that cannot be read is charged")
	}
}
