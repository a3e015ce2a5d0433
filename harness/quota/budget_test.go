// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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
	if !over.Room.Equal(noon.Add(time.Hour)) || over.Never() {
		t.Errorf("there is room at %s", over.Room)
	}
	// Planned ones are sent now at the earliest.
	if err := d.Budget().Spend(t.Context(), background("C"), background("C")); err != nil {
		t.Error(err)
	}
	full := d.Budget()
	if err := errors.Join(full.Spend(t.Context(), background("C")), full.Spend(t.Context(), background("C"))); err != nil {
		t.Fatal(err)
	}
	err = full.Spend(t.Context(), background("C"))
	if !errors.As(err, &over) || !over.Room.IsZero() || !over.Earliest.Equal(noon.Add(time.Hour)) ||
		!strings.Contains(err.Error(), "there is room at "+quota.Clock(noon.Add(time.Hour))+" at the earliest") {
		t.Errorf("a third one to C: %v", err)
	}
	// Of several limits the one is named that never has room.
	never := d.Budget()
	if err := never.Spend(t.Context(), background("D")); err != nil {
		t.Fatal(err)
	}
	if err := never.Spend(t.Context(), background("D"), background("D"), background("E"), background("E"), background("E")); !errors.As(err, &over) || !over.Never() || over.Scope != "device E" {
		t.Errorf("two more to D, three to E: %v", err)
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
		operation             int
	}{
		"alert":      {message{push.KindAlert, `{"notification":{"category":"TRAVEL","title":"t"}}`}, "TRAVEL", "", "", 0},
		"badge":      {message{push.KindAlert, `{"notification":{"badge":{"setNum":0}}}`}, "", "", "", 0},
		"extension":  {message{push.KindExtension, `{"notification":{"category":"PLAY_VOICE"}}`}, "PLAY_VOICE", "", "", 0},
		"form":       {message{push.KindForm, `{"formId":9223372036854775807,"version":1}`}, "", "9223372036854775807", "", 0},
		"live view":  {message{push.KindLiveView, `{"activityId":0,"operation":0,"event":"TAXI"}`}, "", "0", "TAXI", 0},
		"update":     {message{push.KindLiveView, `{"activityId":3,"operation":1,"event":"FLIGHT"}`}, "", "3", "FLIGHT", 1},
		"background": {message{push.KindBackground, `{"extraData":"{\"formId\":1}"}`}, "", "", "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := quota.Payer{Project: "1", App: "com.a", Device: "A", Token: "token:1", Test: true}
			want := quota.Send{Project: "1", App: "com.a", Device: "A", Token: "token:1", Test: true,
				Kind: tt.message.kind, Category: tt.category, Item: tt.item, Event: tt.event, Operation: tt.operation}
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

// A plan counts on the waits that will be made when it is carried out.
func TestABudgetKnowsWaits(t *testing.T) {
	d := newDesk(t, quota.Options{Wait: 5 * time.Minute})
	plan := d.Budget()
	v := liveView("FLIGHT", "1")
	for range 25 {
		if err := plan.Spend(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	var over *quota.OverError
	if err := plan.Spend(t.Context(), slices.Repeat([]quota.Send{v}, 11)...); !errors.As(err, &over) || over.Rule.Name != "liveview.5min" {
		t.Errorf("eleven at once, of ten in five minutes: %v", err)
	}
	d.send(2, background("A"))
	if err := d.Budget().Spend(t.Context(), background("A")); !errors.As(err, &over) {
		t.Errorf("an hour is too long to wait, and %v", err)
	}
	d.advance(57 * time.Minute)
	plan = d.Budget()
	for range 2 {
		if err := plan.Spend(t.Context(), background("A")); err != nil {
			t.Errorf("three minutes are not: %v", err)
		}
	}
	if err := plan.Spend(t.Context(), background("A")); !errors.As(err, &over) {
		t.Errorf("a third one within the hour to come: %v", err)
	}
}
