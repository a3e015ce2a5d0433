// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device"
)

var newYear = device.Condition{Kind: device.ConditionDate, Value: "2026-12-31 23:59:00"}

func TestTheDateIsSetAndSetBack(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.api(t, "phone", "26")
	d := open(t, s)
	for range 2 {
		if _, err := d.SetCondition(t.Context(), newYear); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := s.sent(`^testhelper`)
	if len(got) != 3 || got[0] != "testhelper set-time '2026-12-31 23:59:00'" {
		t.Fatalf("sent %q", got)
	}
	back, err := time.Parse(device.DateFormat, strings.Trim(strings.TrimPrefix(got[2], "testhelper set-time "), "'"))
	before := time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC)
	if err != nil || back.Before(before) || back.After(before.Add(time.Minute)) {
		t.Errorf("set back to %v, error %v; it was %v when the first date was set", back, err, before)
	}
}

func TestDatesThatCannotBeSet(t *testing.T) {
	t.Run("an older system", func(t *testing.T) {
		s := newScript(t, "phone")
		s.controls()
		_, err := open(t, s).SetCondition(t.Context(), newYear)
		var absent *device.NotOfferedError
		if !errors.As(err, &absent) || len(s.sent(`^(date|testhelper)`)) != 0 {
			t.Errorf("error %v, sent %q", err, s.sent(`^(date|testhelper)`))
		}
	})
	t.Run("no service behind it", func(t *testing.T) {
		s := newScript(t, "tv")
		s.controls()
		s.api(t, "tv", "26")
		s.says(`^testhelper`, "Error: Service is not available.\n")
		d := open(t, s)
		_, err := d.SetCondition(t.Context(), newYear)
		var manual *device.ManualError
		if !errors.As(err, &manual) {
			t.Fatalf("error %v, want a *ManualError", err)
		}
		mentions(t, err, "Date & time", "Service is not available")
		if err := d.RestoreAll(t.Context()); !errors.As(err, &manual) {
			t.Errorf("RestoreAll = %v, want a *ManualError", err)
		}
	})
	t.Run("a date that cannot be read", func(t *testing.T) {
		s := newScript(t, "phone")
		s.controls()
		s.api(t, "phone", "26")
		s.says(`^date `, "date: bad format\n")
		d := open(t, s)
		_, err := d.SetCondition(t.Context(), newYear)
		var unknown *device.OutputError
		if !errors.As(err, &unknown) || len(s.sent(`^testhelper`)) != 0 || len(d.Changed()) != 0 {
			t.Errorf("error %v, sent %q: nothing is set that cannot be set back", err, s.sent(`^testhelper`))
		}
	})
}
