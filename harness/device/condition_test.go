// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

// controlActions adds what tries each action of control.
func controlActions(do map[fixtures.Action]func(context.Context, *device.Device) error) {
	do[fixtures.ActionForceStop] = func(ctx context.Context, d *device.Device) error { return d.ForceStop(ctx) }
	do[fixtures.ActionRecents] = func(ctx context.Context, d *device.Device) error { return d.Recents(ctx) }
	do[fixtures.ActionClearData] = func(ctx context.Context, d *device.Device) error { return d.ClearData(ctx) }
	for _, text := range []string{"network=metro", "network=offline", "screen=on", "screen=off", "lock=locked", "date=2026-12-31 23:59:00"} {
		c, err := device.ParseCondition(text)
		if err != nil {
			panic(err)
		}
		do[c.Action()] = func(ctx context.Context, d *device.Device) error {
			_, err := d.SetCondition(ctx, c)
			return err
		}
	}
}

func TestConditionsAreReadAsTheyAreWritten(t *testing.T) {
	all := append(device.Conditions(), device.Condition{Kind: device.ConditionDate, Value: "2026-12-31 23:59:00"},
		device.Condition{Kind: device.ConditionNetwork, Value: numbers.Value()})
	if len(all) < 14 {
		t.Errorf("only %d conditions", len(all))
	}
	for _, c := range all {
		got, err := device.ParseCondition(c.String())
		if err != nil || got != c {
			t.Errorf("ParseCondition(%q) = %v, %v", c, got, err)
		}
	}
}

func TestConditionsThatAreNone(t *testing.T) {
	for text, says := range map[string]string{
		"":                         "network=metro",
		"network":                  "KIND=VALUE",
		"weather=rain":             "network, screen, lock, date",
		"network=the moon":         "basement",
		"network=":                 "custom:",
		"screen=dim":               "on, off",
		"lock=maybe":               "locked, unlocked",
		"date=tomorrow":            "2026-12-31 23:59:00",
		"date=2026-02-30 00:00:00": "local time",
		"network=custom:loss=5":    "uplinkDropRate",
	} {
		_, err := device.ParseCondition(text)
		var none *device.ConditionError
		if !errors.As(err, &none) {
			t.Errorf("ParseCondition(%q): %v, want a *ConditionError", text, err)
			continue
		}
		mentions(t, err, says)
	}
}

func TestAConditionThatIsNoneIsNotTried(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	before := len(s.sent(`.`))
	var none *device.ConditionError
	if r, err := d.SetCondition(t.Context(), device.Condition{Kind: "weather", Value: "rain"}); !errors.As(err, &none) || r != nil {
		t.Errorf("SetCondition = %v, %v", r, err)
	}
	if sent := s.sent(`.`)[before:]; len(sent) != 0 || len(d.Changed()) != 0 {
		t.Errorf("sent %q, changed %q", sent, d.Changed())
	}
}

func TestUndoTakesOneConditionBack(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	d := open(t, s)
	on, err := d.SetCondition(t.Context(), device.Condition{Kind: device.ConditionScreen, Value: device.ScreenOn})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetCondition(t.Context(), device.Condition{Kind: device.ConditionNetwork, Value: "metro"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := on.Undo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.Changed(); len(got) != 1 || got[0] != "the network" {
		t.Errorf("changed %q, want the network only", got)
	}
	if n := len(s.sent(`^power-shell timeout -r$`)); n != 1 {
		t.Errorf("%s was taken back %d times, want once", on, n)
	}
	if err := d.RestoreAll(t.Context()); err != nil || len(s.sent(`^netcopilot -e 0$`)) != 1 {
		t.Errorf("RestoreAll = %v, sent %q", err, s.sent(`^netcopilot`))
	}
}

// Where a command fails half-way, what it may have changed is taken back.
func TestAConditionThatFailedIsTakenBack(t *testing.T) {
	s := newScript(t, "phone")
	n := s.controls()
	n.refuses = "6"
	d := open(t, s)
	_, err := d.SetCondition(t.Context(), device.Condition{Kind: device.ConditionNetwork, Value: "metro"})
	var manual *device.ManualError
	if !errors.As(err, &manual) {
		t.Fatalf("error %v, want a *ManualError", err)
	}
	mentions(t, err, "WLAN or the mobile network", "Fail to simulate")
	if err := d.RestoreAll(t.Context()); err != nil || n.on || len(d.Changed()) != 0 {
		t.Errorf("RestoreAll = %v, on %v, changed %q", err, n.on, d.Changed())
	}
}
