// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/quota"
)

// Each step sends so many and wants so many of them to be within the limits.
type step struct {
	after time.Duration
	n     int
	send  quota.Send
	want  int
}

func TestLimits(t *testing.T) {
	day := 24 * time.Hour
	test := quota.Send{Project: "1", Device: "A", Kind: push.KindAlert, Category: "MARKETING", Test: true}
	otherProject := test
	otherProject.Project = "2"
	testForm := form("7")
	testForm.Test = true
	travel := marketing("A", "com.a")
	travel.Category = "TRAVEL"
	extension := quota.Send{Project: "1", Device: "A", App: "com.a", Kind: push.KindExtension, Category: "PLAY_VOICE"}
	im, badge, testTravel := travel, travel, travel
	im.Category, badge.Category, testTravel.Test = "IM", "", true
	tests := map[string]struct {
		rights, classes []string
		steps           []step
	}{
		"test messages, by the day and project": {nil, nil, []step{
			{0, 1001, test, 1000}, {0, 3, otherProject, 3}, {11 * time.Hour, 1, test, 0}, {time.Hour, 1, test, 1}}},
		"a day ends at midnight in Beijing, not after 24 hours": {nil, nil, []step{
			{0, 3, marketing("A", "com.a"), 2}, {12*time.Hour - time.Second, 1, marketing("A", "com.a"), 0}, {time.Second, 3, marketing("A", "com.a"), 2}, {day, 3, marketing("A", "com.a"), 2}}},
		"marketing, by app and device": {nil, nil, []step{
			{0, 3, marketing("A", "com.a"), 2}, {0, 3, marketing("B", "com.a"), 2}, {0, 3, marketing("A", "com.b"), 2}}},
		"marketing of a news app":                        {nil, []string{"news"}, []step{{0, 9, marketing("A", "com.a"), 5}}},
		"a category with a right has no number":          {[]string{"IM", "TRAVEL"}, nil, []step{{0, 30, travel, 30}, {0, 30, im, 30}, {0, 3, marketing("A", "com.a"), 2}}},
		"a category without one counts as marketing":     {nil, nil, []step{{0, 1, travel, 1}, {0, 1, marketing("A", "com.a"), 1}, {0, 1, im, 0}, {0, 1, travel, 0}}},
		"a news app's counts as its marketing":           {nil, []string{"news"}, []step{{0, 9, travel, 5}}},
		"test messages, badges and extensions need none": {nil, nil, []step{{0, 30, testTravel, 30}, {0, 30, badge, 30}, {0, 30, extension, 30}}},
		"a right to another category":                    {[]string{"IM"}, nil, []step{{0, 3, travel, 2}, {0, 30, im, 30}}},
		"background, in any hour": {nil, nil, []step{
			{0, 1, background("A"), 1}, {40 * time.Minute, 2, background("A"), 1}, {19 * time.Minute, 1, background("A"), 0}, {time.Minute, 2, background("A"), 1}, {0, 3, background("B"), 2}}},
		"a card, by the day":              {nil, nil, []step{{0, 9, form("7"), 2}, {0, 9, form("8"), 2}}},
		"a card of an unreleased app":     {nil, []string{"unreleased"}, []step{{0, 9, form("7"), 5}}},
		"of several classes the greatest": {nil, []string{"unreleased", "tools", "news"}, []step{{0, 60, form("7"), 50}, {0, 9, marketing("A", "com.a"), 5}}},
		"test messages refresh cards":     {nil, nil, []step{{0, 30, testForm, 30}}},
		"a live view, in 5 minutes and an hour": {nil, nil, slices.Concat(
			[]step{{0, 11, liveView("FLIGHT", "1"), 10}, {0, 11, liveView("FLIGHT", "2"), 10}},
			slices.Repeat([]step{{5 * time.Minute, 11, liveView("FLIGHT", "1"), 10}}, 5),
			[]step{{5 * time.Minute, 1, liveView("FLIGHT", "1"), 0}, {30 * time.Minute, 20, liveView("FLIGHT", "1"), 10}})},
		"creates and ends of a live view have no number": {nil, nil, []step{
			{0, 70, operation(0), 70}, {0, 70, operation(2), 70}, {0, 11, operation(1), 10}}},
		"a taxi is faster": {nil, nil, []step{{0, 40, liveView("TAXI", "1"), 30}, {0, 40, liveView("SCORE", "2"), 30}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rules, err := quota.Rules(quota.App{Rights: tt.rights, Classes: tt.classes})
			if err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, quota.Options{Rules: rules})
			for i, s := range tt.steps {
				d.advance(s.after)
				if got := d.send(s.n, s.send); got != s.want {
					t.Fatalf("step %d at %s: %d of %d within the limits, want %d", i, d.time(), got, s.n, s.want)
				}
			}
		})
	}
}

func TestRulesKnowTheirClasses(t *testing.T) {
	if _, err := quota.Rules(quota.App{Classes: []string{"tabloid"}}); err == nil || !strings.Contains(err.Error(), `"tabloid"`) || !strings.Contains(err.Error(), "news") {
		t.Errorf("an unknown class: %v", err)
	}
	for _, category := range []string{"TRAVLE", "MARKETING", "travel"} {
		if _, err := quota.Rules(quota.App{Rights: []string{"IM", category}}); err == nil || !strings.Contains(err.Error(), category) || !strings.Contains(err.Error(), "TRAVEL") {
			t.Errorf("a right to %s: %v", category, err)
		}
	}
	rules, err := quota.Rules(quota.App{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		travel := marketing("A", "com.a")
		travel.Category = "TRAVEL"
		if got := quota.Unproven([]quota.Rule{r}, travel); (got == "TRAVEL") != r.UnlessRight {
			t.Errorf("%s: unproven is %q", r.Name, got)
		}
		if got := quota.Unproven([]quota.Rule{r}, marketing("A", "com.a")); got != "" {
			t.Errorf("%s: MARKETING needs a right", r.Name)
		}
		if r.Most != int(fixtures.LimitOf(r.Limit)) || r.Source == "" || r.Period() == "" {
			t.Errorf("%s: %d, source %q, %s", r.Name, r.Most, r.Source, r.Period())
		}
	}
}

// A cell of three messages is not begun if there is room for two.
func TestAllOrNothing(t *testing.T) {
	d := newDesk(t, quota.Options{})
	b := background("A")
	_, err := d.Reserve(t.Context(), b, b, b)
	var over *quota.OverError
	if !errors.As(err, &over) || over.Sent != 0 || over.Want != 3 || !over.Never() || !over.Room.IsZero() || strings.Contains(over.Error(), "there is room") {
		t.Fatalf("three of two: %v", err)
	}
	if got := d.send(3, b); got != 2 {
		t.Errorf("%d were left, want 2", got)
	}
	_, err = d.Reserve(t.Context(), background("B"), b)
	if !errors.As(err, &over) || over.Sent != 2 || over.Want != 1 || !over.Room.Equal(noon.Add(time.Hour)) {
		t.Errorf("one of two, one of none: %v", err)
	}
	if got := d.send(3, background("B")); got != 2 {
		t.Errorf("%d were left on the other device, want 2", got)
	}
	for _, says := range []string{"at most 2 background messages an hour for device A", "2 sent", "1 more would be too many", "receipt 102", "frequency control", "there is room at "} {
		if !strings.Contains(over.Error(), says) {
			t.Errorf("%q does not say %q", over, says)
		}
	}
}

// Of two limits in the way the one counts that stays longer.
func TestTheLongestLimitIsNamed(t *testing.T) {
	d := newDesk(t, quota.Options{})
	for range 6 {
		d.send(10, liveView("FLIGHT", "1"))
		d.advance(5 * time.Minute)
	}
	d.advance(-time.Second)
	_, err := d.Reserve(t.Context(), liveView("FLIGHT", "1"))
	var over *quota.OverError
	if !errors.As(err, &over) || over.Rule.Name != "liveview.hour" || !over.Room.Equal(noon.Add(time.Hour)) {
		t.Errorf("refused with %+v", over)
	}
}

func TestTickets(t *testing.T) {
	d := newDesk(t, quota.Options{Lease: time.Minute})
	b := background("A")
	reserve := func() *quota.Ticket {
		t.Helper()
		tickets, err := d.Reserve(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		return tickets[0]
	}
	first, second := reserve(), reserve()
	if got := d.send(1, b); got != 0 {
		t.Fatal("reserved messages do not count")
	}
	if err := first.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := reserve()
	// What was settled stays so.
	if err := first.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The process of the second has died, the third was merely slow.
	d.advance(time.Minute)
	if err := third.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := d.send(3, b); got != 1 {
		t.Errorf("%d more after a reservation has expired, want 1", got)
	}
	// It counts from when it was sent, not from when it was reserved.
	d.advance(time.Hour - time.Second)
	if got := d.send(3, b); got != 0 {
		t.Errorf("%d more within the hour", got)
	}
	if err := second.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.advance(time.Second)
	if got := d.send(3, b); got != 1 {
		t.Errorf("%d more beside the one that was committed late, want 1", got)
	}
	var none *quota.Ticket
	if err := errors.Join(none.Commit(t.Context()), none.Cancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// push send knows only a token, run knows whose it is: one device, one count.
func TestTokenAndDeviceAreOne(t *testing.T) {
	d := newDesk(t, quota.Options{})
	byToken := quota.Send{Project: "1", Token: "token:1234abcd", Kind: push.KindBackground, Test: true}
	if got := d.send(1, byToken); got != 1 {
		t.Fatal("the first one was refused")
	}
	byKey := background("A")
	if got := d.send(1, byKey); got != 1 {
		t.Fatal("nothing is known of the token yet")
	}
	byKey.Token = byToken.Token
	if got := d.send(2, byKey); got != 0 {
		t.Errorf("%d more, though two went to the device", got)
	}
	if got := d.send(2, byToken); got != 0 {
		t.Errorf("%d more by the token, though two went to the device", got)
	}
	other := byToken
	other.Token = "token:99999999"
	if got := d.send(3, other); got != 2 {
		t.Errorf("%d to another token, want 2", got)
	}
}

func TestOldEntriesGo(t *testing.T) {
	store := &quota.Memory{}
	d := newDesk(t, quota.Options{Store: store})
	d.send(1, background("A"))
	d.advance(31 * 24 * time.Hour)
	d.send(1, background("A"))
	err := store.Update(t.Context(), func(tx quota.Tx) error {
		entries, err := tx.Entries(time.Time{})
		if len(entries) != 1 {
			t.Errorf("%d entries are kept, want 1", len(entries))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A request to many tokens is one request, and a message to each of them.
func TestManyTokens(t *testing.T) {
	d := newDesk(t, quota.Options{})
	tokens := make([]string, 25)
	for i := range tokens {
		tokens[i] = fmt.Sprint("token:", i)
	}
	m := message{push.KindBackground, `{"extraData":"x"}`}
	tests := []struct {
		name     string
		payer    quota.Payer
		message  message
		requests int
	}{
		{"test messages", quota.Payer{Project: "1", Test: true}, m, 3},
		{"messages", quota.Payer{Project: "2"}, m, 1},
		{"cards", quota.Payer{Project: "3", Test: true}, message{push.KindForm, `{"formId":7}`}, 25},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sends, err := tt.payer.SendAll(tt.message, tokens)
			if err != nil || len(sends) != 25 {
				t.Fatalf("%d sends, %v", len(sends), err)
			}
			requests := 0
			for i, s := range sends {
				if s.Token != tokens[i] || s.Kind != tt.message.kind {
					t.Errorf("%+v is not for %s", s, tokens[i])
				}
				if !s.Further {
					requests++
				}
			}
			if requests != tt.requests {
				t.Errorf("%d requests, want %d", requests, tt.requests)
			}
		})
	}
	sends, err := tests[0].payer.SendAll(m, tokens)
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := d.Reserve(t.Context(), sends...)
	if err != nil {
		t.Fatal(err)
	}
	// The last five were not sent: one request less.
	if err := quota.Settle(t.Context(), tickets, func(i int) bool { return i < 20 }); err != nil {
		t.Fatal(err)
	}
	plan := d.Budget()
	if err := plan.Spend(t.Context(), sends[0], sends[24]); err != nil {
		t.Fatal(err)
	}
	want := []string{"test.day project 1: 2+1 of 1000", "background.hour device token:0: 1+1 of 2", "background.hour device token:24: 0+1 of 2"}
	if diff := cmp.Diff(want, costs(plan)); diff != "" {
		t.Error(diff)
	}
}
