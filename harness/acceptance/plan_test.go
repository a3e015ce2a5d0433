// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// simulated is a simulated device of that type, fresh from installation.
func simulated(t *testing.T, deviceType string) acceptance.Target {
	t.Helper()
	for _, p := range fixtures.Profiles() {
		if p.DeviceType == deviceType {
			return acceptance.Target{Type: deviceType, API: p.API, Simulated: true}
		}
	}
	t.Fatalf("no profile of a %s", deviceType)
	return acceptance.Target{}
}

func TestEveryCellIsAccountedFor(t *testing.T) {
	for _, deviceType := range fixtures.DeviceTypes() {
		t.Run(deviceType, func(t *testing.T) {
			target := simulated(t, deviceType)
			plan, err := acceptance.Make(t.Context(), acceptance.Cells(), target, "")
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]int{}
			for _, c := range plan.Cells {
				seen[c.ID(deviceType)]++
			}
			for _, c := range plan.Unsupported {
				seen[c.ID]++
				if c.Reason == "" || c.Source == "" || c.Verdict != verdict.Unsupported {
					t.Errorf("%s is unsupported without reason or source: %+v", c.ID, c)
				}
			}
			for _, c := range plan.NotPlanned {
				seen[c.ID]++
				if c.Reason == "" || c.Source == "" {
					t.Errorf("%s is not planned without reason or source: %+v", c.ID, c)
				}
			}
			for _, c := range acceptance.Cells() {
				if n := seen[c.ID(deviceType)]; n != 1 {
					t.Errorf("%s is accounted for %d times", c.ID(deviceType), n)
				}
			}
			if len(plan.Cells) == 0 {
				t.Error("nothing is left to run")
			}
		})
	}
}

func TestCellsAreWellFormed(t *testing.T) {
	ids := map[string]bool{}
	off := true
	for _, c := range acceptance.Cells() {
		id := c.ID("phone")
		if ids[id] {
			t.Errorf("%s stands twice", id)
		}
		ids[id] = true
		if len(c.Messages()) == 0 {
			t.Errorf("%s sends nothing", id)
		}
		if j := verdict.Judge(c.Proof, nil); j.Final || j.Verdict != verdict.Fail {
			t.Errorf("%s: without testimony its proof gives %+v", id, j)
		}
		if !slices.Contains(c.Proof.Wanted(), verdict.Accepted) {
			t.Errorf("%s: its proof does not need the message to be accepted", id)
		}
		// No known method turns notifications off again.
		if c.Condition == acceptance.NotificationsOff && !off {
			t.Errorf("%s stands behind a cell that turns notifications on", id)
		}
		if len(c.Needs) > 0 {
			off = false
		}
		if s := c.Sentence(); !strings.Contains(s, c.Kind.String()) || strings.Contains(s, "  ") {
			t.Errorf("%s reads %q", id, s)
		}
	}
}

func TestPlan(t *testing.T) {
	phone := simulated(t, "phone")
	on := phone
	on.SwitchOn = true
	real := func(force bool) acceptance.Target {
		target := phone
		target.Simulated = false
		target.Budget = harness.Purse{
			Budget: quota.New(quota.Options{Force: force, Wait: -1}).Budget(),
			Payer:  quota.Payer{Project: "1", App: "com.example.app", Device: "A", Test: true},
		}
		return target
	}
	emulator := phone
	emulator.Emulator = true
	before20 := phone
	before20.API = 19
	old := simulated(t, "wearable")
	old.API = 17
	tests := map[string]struct {
		target                         acceptance.Target
		filter                         string
		cells, unsupported, notPlanned int
		says                           string
	}{
		"a phone runs what it can":                {phone, "", 46, 0, 3, "no known way to swipe an app out of the recent apps on a phone"},
		"one kind":                                {phone, "alert", 14, 0, 1, "no known way to swipe"},
		"labels combine":                          {phone, "alert && stopped && !silent", 2, 0, 0, ""},
		"the device type is a label":              {phone, "tv", 0, 0, 0, ""},
		"notifications are on already":            {on, "notifications-off", 0, 0, 3, "no command turns them off"},
		"a real device's pace":                    {real(false), "background && !swiped-out", 2, 0, 5, "at most 2 background messages an hour for device A"},
		"the rest can run later":                  {real(false), "background && !kept && !network-metro", 1, 0, 1, "once the planned ones are sent, there is room at "},
		"kept alone fits an hour":                 {real(false), "kept && stopped", 1, 0, 0, ""},
		"rows alone fit an hour":                  {real(false), "proxy-data", 1, 0, 0, ""},
		"a fence comes last":                      {real(false), "foreground && (background || silent) && !network-metro", 2, 0, 0, ""},
		"no fence is left":                        {real(false), "(background || silent) && !(swiped-out || form || liveview)", 4, 0, 6, "at most 2"},
		"asked for by name, a pace holds as well": {real(false), "background && phone && stopped && delivered", 1, 0, 1, "--force"},
		"a pace is forced":                        {real(true), "(background || silent) && !(swiped-out || form || liveview)", 10, 0, 0, ""},
		"what lasts is run by name":               {acceptance.Target{Type: phone.Type, API: phone.API}, "!swiped-out", 45, 0, 1, "its effect lasts"},
		"a made-up card, by its name":             {acceptance.Target{Type: phone.Type, API: phone.API}, "form && phone && backgrounded && silent && no-card", 1, 0, 0, ""},
		"there are no calls on a PC":              {simulated(t, "2in1"), "voip", 0, 6, 0, "voip is not supported on a 2in1"},
		"of these an emulator has cards":          {emulator, "form || voip || liveview", 5, 13, 1, "emulator"},
		"the emulator has no extension":           {emulator, "extension", 0, 7, 0, "emulator"},
		"an old watch receives nothing":           {old, "", 0, 49, 0, "on a wearable"},
		"no touch on a TV":                        {simulated(t, "tv"), "shown && alert && !(swiped-out || locked || network-metro)", 0, 0, 5, "no known way to allow notifications on a tv"},
		"asked for by name, it runs all the same": {simulated(t, "tv"), "alert && tv && stopped && shown", 1, 0, 0, ""},
		"no known shade on a watch":               {simulated(t, "wearable"), "clicked", 0, 0, 3, "no known way to open the notifications on a wearable"},
		"windows on a PC":                         {simulated(t, "2in1"), "backgrounded && shown && !liveview", 0, 0, 6, "no known way to send an app into the background on a 2in1"},
		"by name a person may swipe":              {phone, "alert && phone && swiped-out && shown", 1, 0, 0, ""},
		"no lock screen on a watch":               {simulated(t, "wearable"), "locked && (alert || extension || background)", 0, 0, 3, "no known way to lock the screen on a wearable"},
		"no bad network on a PC":                  {simulated(t, "2in1"), "network-metro && foreground", 0, 0, 1, "no known way to make the network bad on a 2in1: netcopilot is for"},
		"nor before API 20":                       {before20, "network-metro", 0, 0, 3, "netcopilot came with API 20, and this one has API 19"},
		"nor on the emulator":                     {emulator, "alert && (network-metro || locked)", 0, 0, 2, "an emulator's display and its network stay on"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plan, err := acceptance.Make(t.Context(), acceptance.Cells(), tt.target, tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.Cells) != tt.cells || len(plan.Unsupported) != tt.unsupported || len(plan.NotPlanned) != tt.notPlanned {
				t.Errorf("planned %d, unsupported %d, not planned %d; want %d, %d, %d\n%+v", len(plan.Cells), len(plan.Unsupported), len(plan.NotPlanned),
					tt.cells, tt.unsupported, tt.notPlanned, plan.NotPlanned)
			}
			for _, s := range plan.NotPlanned {
				if !strings.Contains(s.Reason, tt.says) {
					t.Errorf("reason %q does not say %q", s.Reason, tt.says)
				}
			}
			for _, c := range plan.Unsupported {
				if !strings.Contains(c.Reason, tt.says) {
					t.Errorf("reason %q does not say %q", c.Reason, tt.says)
				}
			}
		})
	}
}

// What a cell needs is named in words, whatever it is.
func TestEveryNeedHasWords(t *testing.T) {
	for _, c := range acceptance.Cells() {
		for _, action := range c.Actions() {
			if acceptance.ActionWords(action) == "" {
				t.Errorf("%s needs %s, for which there are no words", c.ID("phone"), action)
			}
		}
	}
}

func TestPlanRefusesAFilterThatIsNone(t *testing.T) {
	_, err := acceptance.Make(t.Context(), acceptance.Cells(), simulated(t, "phone"), "alert &&")
	var usage *harness.UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "--label-filter") {
		t.Errorf("Make = %v, want a *harness.UsageError that names the flag", err)
	}
}

// A cell whose effect lasts is run on real endpoints only by name, and then
// costs what the others cost.
func TestLastingEffects(t *testing.T) {
	cells := acceptance.Cells()
	at := slices.IndexFunc(cells, func(c acceptance.Cell) bool { return c.Lasting != nil })
	if id := cells[at].ID("phone"); id != "form/phone/background/silent[no card]" {
		t.Fatalf("the first cell that leaves something behind is %s", id)
	}
	simulatedPhone := simulated(t, "phone")
	real := simulatedPhone
	real.Simulated = false
	tests := map[string]struct {
		target acceptance.Target
		filter string
		runs   bool
	}{
		"simulators forget":      {simulatedPhone, "", true},
		"not by the way":         {real, "", false},
		"not by a wide filter":   {real, "form && backgrounded", false},
		"by name":                {real, "form && phone && backgrounded && silent", true},
		"not by part of a name":  {real, "form && phone && backgrounded && !shown", false},
		"not by another's label": {real, "form && phone && foreground && shown || form && backgrounded", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.target.Budget = harness.Purse{Budget: quota.New(quota.Options{Force: true}).Budget(), Payer: quota.Payer{Project: "1", Device: "A"}}
			plan, err := acceptance.Make(t.Context(), cells, tt.target, tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			planned := slices.ContainsFunc(plan.Cells, func(c acceptance.Cell) bool { return c.Lasting != nil })
			if planned != tt.runs {
				t.Errorf("it is planned: %v, want %v", planned, tt.runs)
			}
			for _, s := range plan.NotPlanned {
				if s.ID == cells[at].ID("phone") && (!strings.Contains(s.Reason, "not on the device for 30 days") || !strings.Contains(s.Reason, "form, phone, backgrounded, silent") || s.Source == "") {
					t.Errorf("not planned: %q (%s)", s.Reason, s.Source)
				}
			}
			skipped := slices.ContainsFunc(plan.NotPlanned, func(s report.Skip) bool { return s.ID == cells[at].ID("phone") })
			if planned == skipped {
				t.Errorf("not planned are %v", plan.NotPlanned)
			}
		})
	}
}

// A cell that is not run costs nothing.
func TestOnlyWhatIsPlannedIsSpent(t *testing.T) {
	target := simulated(t, "tv")
	budget := quota.New(quota.Options{}).Budget()
	target.Budget = harness.Purse{Budget: budget, Payer: quota.Payer{Project: "1", Device: "A", Test: true}}
	plan, err := acceptance.Make(t.Context(), acceptance.Cells(), target, "")
	if err != nil {
		t.Fatal(err)
	}
	messages := 0
	for _, c := range plan.Cells {
		messages += len(c.Sends())
	}
	for _, c := range budget.Costs() {
		if c.Rule.Name == "test.day" && c.Planned != messages {
			t.Errorf("%d test messages are planned, and the cells send %d", c.Planned, messages)
		}
	}
	if len(plan.NotPlanned) == 0 || len(plan.Unsupported) == 0 || len(budget.Costs()) != 2 {
		t.Errorf("planned %+v, costs %v", plan, budget.Costs())
	}
}

// What cannot be asked is no room.
func TestABudgetThatFails(t *testing.T) {
	target := simulated(t, "phone")
	target.Budget = failing{}
	if _, err := acceptance.Make(t.Context(), acceptance.Cells(), target, "background"); !errors.Is(err, errBudget) {
		t.Errorf("Make = %v", err)
	}
}

var errBudget = errors.New("the disk is on fire")

type failing struct{}

func (failing) Spend(context.Context, []pushcloud.Message) error { return errBudget }

// A cell that sends more than a limit allows at any time is not planned, and
// said to run only by force; each of the standard matrix fits.
func TestWhatFitsNoHour(t *testing.T) {
	purse := func() harness.Purse {
		return harness.Purse{
			Budget: quota.New(quota.Options{Wait: quota.DefaultWait}).Budget(),
			Payer:  quota.Payer{Project: "1", App: "com.example.app", Device: "A", Test: true},
		}
	}
	target := simulated(t, "phone")
	target.Simulated = false
	for _, c := range acceptance.Cells() {
		if err := purse().Spend(t.Context(), c.Sends()); err != nil {
			t.Errorf("%s can never run: %v", c.ID("phone"), err)
		}
	}
	cells := acceptance.Cells()
	at := slices.IndexFunc(cells, func(c acceptance.Cell) bool { return c.Condition == acceptance.ProxyData })
	two := cells[at].Messages
	cells[at].Messages = func() []pushcloud.Message { return append(two(), two()...) }
	target.Budget = purse()
	plan, err := acceptance.Make(t.Context(), cells, target, "proxy-data")
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Cells) > 0 || len(plan.NotPlanned) != 1 {
		t.Fatalf("planned %+v", plan)
	}
	reason := plan.NotPlanned[0].Reason
	if !strings.Contains(reason, "at most 2 background messages") || !strings.Contains(reason, "only with hdc-runner --force") || strings.Contains(reason, "there is room") {
		t.Errorf("not planned: %q", reason)
	}
}
