// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/probe"
)

// The rows name checks and cases, and each check is some row's.
func TestRowsAndChecksFit(t *testing.T) {
	devices, clouds := probe.CheckNames()
	cases := map[string]fixtures.MessageCase{}
	for _, m := range fixtures.Messages() {
		cases[m.Name] = m
	}
	used := map[string]bool{}
	for _, c := range fixtures.Claims() {
		if c.Probe == nil {
			continue
		}
		switch p := c.Probe; {
		case p.By == "go":
			used["go "+p.Name] = true
			if !devices[p.Name] {
				t.Errorf("claim %s: there is no check %q for devices", c.ID, p.Name)
			}
		case p.By == "cloud" && p.Name != "":
			used["cloud "+p.Name] = true
			if !clouds[p.Name] {
				t.Errorf("claim %s: there is no check %q for clouds", c.ID, p.Name)
			}
		case p.By == "cloud":
			for _, name := range p.Cases {
				m, ok := cases[name]
				switch {
				case !ok:
					t.Errorf("claim %s: fixtures/messages has no case %q", c.ID, name)
				case m.Reason != "" && m.Reason != "tokenFormatError":
					t.Errorf("claim %s: case %q takes a token that was issued, and is sent to made-up ones", c.ID, name)
				}
			}
		}
	}
	for name := range devices {
		if !used["go "+name] {
			t.Errorf("no claim names the check %q", name)
		}
	}
	for name := range clouds {
		if !used["cloud "+name] {
			t.Errorf("no claim names the cloud check %q", name)
		}
	}
}

// Whoever has a device wants to know of each claim whether the machine does it.
func TestEachClaimSaysWhoSettlesIt(t *testing.T) {
	for _, c := range fixtures.Claims() {
		if c.Settles() == "" && (c.Kind == "device" || c.Kind == "hdc") {
			t.Errorf("claim %s has neither probe nor manual: say how a machine checks it, or why none can", c.ID)
		}
		if c.Manual != "" && len(strings.Fields(c.Manual)) < 3 {
			t.Errorf("claim %s: manual %q is no reason", c.ID, c.Manual)
		}
	}
}

// What the plan says is what a user allows by it.
func TestNothingIsTouchedUnasked(t *testing.T) {
	for _, tt := range []struct {
		may  probe.Allowed
		most fixtures.Touch
	}{
		{probe.Allowed{}, fixtures.TouchFiles},
		{probe.Allowed{Package: true}, fixtures.TouchFiles},
		{probe.Allowed{App: true}, fixtures.TouchApp},
		{probe.Allowed{App: true, Package: true}, fixtures.TouchInstall},
	} {
		done, rank := map[fixtures.Touch]bool{}, map[fixtures.Touch]int{}
		for i, touch := range fixtures.Touches() {
			rank[touch] = i
		}
		for _, s := range probe.DevicePlan(fixtures.Claims(), tt.may) {
			touch := s.Claim.Probe.Touches
			if s.Refused == "" {
				done[touch] = true
				if rank[touch] > rank[tt.most] {
					t.Errorf("%+v: %s touches %s", tt.may, s.Claim.ID, touch)
				}
			}
			if s.Does == "" {
				t.Errorf("%s does not say what it does", s.Claim.ID)
			}
		}
		if !done[fixtures.TouchNothing] || tt.may.App && !done[fixtures.TouchApp] {
			t.Errorf("%+v: hardly anything is done: %v", tt.may, done)
		}
	}
}

// A device may be locked by what turns its display off: nothing that needs it
// comes behind.
func TestTheDisplayGoesOffLast(t *testing.T) {
	off := ""
	for _, s := range probe.DevicePlan(fixtures.Claims(), probe.Allowed{App: true}) {
		p := s.Claim.Probe
		if strings.Contains(p.Run, "power-shell suspend") || p.Name == "power" || p.Name == "power-dump" || p.Name == "unlock" {
			off = s.Claim.ID
		} else if off != "" {
			t.Errorf("%s comes behind %s", s.Claim.ID, off)
		}
	}
	if off == "" {
		t.Error("nothing turns the display off")
	}
}

func TestSelect(t *testing.T) {
	all := fixtures.Claims()
	got, err := probe.Select(all, []string{"device.shade", "hdc.sentinel"})
	if err != nil || len(got) < 3 {
		t.Errorf("selected %d claims, error %v", len(got), err)
	}
	for _, c := range got {
		if !strings.HasPrefix(c.ID, "device.shade.") && c.ID != "hdc.sentinel" {
			t.Errorf("selected %s", c.ID)
		}
	}
	if got, err := probe.Select(all, nil); err != nil || len(got) != len(all) {
		t.Errorf("without names %d of %d, error %v", len(got), len(all), err)
	}
	if _, err := probe.Select(all, []string{"hdc.sentinel", "device.shad"}); err == nil || !strings.Contains(err.Error(), "device.shad") {
		t.Errorf("error %v", err)
	}
}
