// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Where no page says what the platform does, silence is no finding about the
// app. What Push Cloud refuses is one all the same.
func TestSilenceThatMayBeThePlatforms(t *testing.T) {
	noExtension := func(a *device.InstalledApp) { a.Extension = "" }
	withURIs := func(a *device.InstalledApp) {
		a.Abilities[0].Skills[0].URIs = []device.URI{{Scheme: "https", Host: "www.example.com"}}
	}
	noRight := world.Options{Cloud: func(o *cloud.Options) { o.Projects[0].Apps = []sim.App{{Bundle: world.Bundle}} }}
	for name, tt := range map[string]struct {
		options world.Options
		alter   func(*device.InstalledApp)
		cell    string
		want    verdict.Verdict
		says    string
	}{
		"a claim":          {world.Options{}, noExtension, "extension/phone/force-stopped/shown", verdict.Inconclusive, "is a claim (runner.force-stopped.extension)"},
		"documented":       {world.Options{}, withURIs, "alert/phone/locked/shown", verdict.Fail, "own-eyes was silent"},
		"refused by cloud": {noRight, nil, "extension/phone/force-stopped/shown", verdict.Fail, "noPushTypeRight"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want(t, newStage(t, tt.options, tt.alter).run(tt.cell), tt.want, tt.says)
		})
	}
}

// What only a person can do is inconclusive, with what the person does.
func TestCellsThatNeedAPerson(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	want(t, s.run("alert/phone/swiped-out/shown"), verdict.Inconclusive, "next: by hand: open the recent apps on the device and swipe it out")

	sim := s.world.Device(s.world.Keys()[0])
	sim.SetPIN(true)
	want(t, s.run("alert/phone/locked/shown"), verdict.Inconclusive, "it has a PIN, a password or a pattern")
	// The next cell begins on a device that is as it was, or not at all.
	sim.SetPIN(false)
	want(t, s.run("background/phone/foreground/delivered"), verdict.Pass, "")
	if sim.State().Locked {
		t.Error("the device is still locked")
	}
}

// A build that has no such tool leaves the question open.
func TestCellsThatABuildDoesNotOffer(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Device: func(o *device.Options) {
		o.Profile.API = 19
		o.Profile.Params = maps.Clone(o.Profile.Params)
		o.Profile.Params["const.ohos.apiversion"] = "19"
	}}, nil)
	want(t, s.run("background/phone/foreground/delivered[network=metro]"), verdict.Inconclusive, "does not offer netcopilot")
}

// The device has its condition while the cell runs, and no longer: also if the
// run is interrupted meanwhile.
func TestConditionsAreTakenBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	const id = "background/phone/foreground/delivered[network=metro]"
	for _, interrupted := range []bool{false, true} {
		ctx, interrupt := context.WithCancelCause(t.Context())
		defer interrupt(nil)
		c := cellOf(t, id)
		messages, calls := c.Messages, 0
		c.Messages = func() []pushcloud.Message {
			// The first call is about what the cell costs, the second one before it
			// is sent.
			if calls++; calls == 2 {
				if changed := s.phone.Driver().Changed(); !slices.Contains(changed, "the network") {
					t.Errorf("while the cell runs %q is changed, want the network", changed)
				}
				if interrupted {
					interrupt(errors.New("the run was interrupted"))
				}
			}
			return messages()
		}
		got := acceptance.Run(ctx, s.phone, c)
		if interrupted {
			want(t, got, verdict.Infra, "the run was interrupted")
		} else {
			want(t, got, verdict.Pass, "")
		}
		if changed := s.phone.Driver().Changed(); slices.Contains(changed, "the network") {
			t.Errorf("%q is not taken back", changed)
		}
		var out bytes.Buffer
		s.world.Device(s.phone.Key()).Shell(t.Context(), "netcopilot -c 6", strings.NewReader(""), &out)
		if strings.Contains(out.String(), "success") {
			t.Errorf("the network was still that of a metro: %s", out.String())
		}
	}
}

func cellOf(t *testing.T, id string) acceptance.Cell {
	t.Helper()
	for _, c := range acceptance.Cells() {
		if c.ID("phone") == id {
			return c
		}
	}
	t.Fatalf("no cell is called %s", id)
	return acceptance.Cell{}
}
