// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"context"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// newWorld is a world with devices of these types, all five if none is named,
// and the client id of its app.
func newWorld(t *testing.T, types ...string) (*world.World, string) {
	t.Helper()
	clientID := ""
	w, err := world.New(t.Context(), world.Options{Types: types, Cloud: func(o *cloud.Options) { clientID = o.Projects[0].ClientID }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := w.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return w, clientID
}

// A simulator that a probe refutes, or that a probe says nothing about though
// all is there, is wrong, or the probe is.
func TestClaimsHoldOnSimulatedDevices(t *testing.T) {
	w, _ := newWorld(t)
	for _, key := range w.Keys() {
		s, err := probe.Device(t.Context(), probe.DeviceOptions{
			Client: hdc.New(hdc.Options{Addr: w.HDC.Addr()}), Key: key, Bundle: world.PlainBundle,
			Done: func(s probe.Step, r probe.Result) {
				t.Logf("%-12s %-34s %-9s %s %s %q", key, r.Claim, r.Outcome, r.Cause, r.Reason, r.Evidence)
				if r.Outcome == probe.Broken || r.Cause == probe.CauseTrouble {
					t.Errorf("%s on %s: %s: %s", r.Claim, key, r.Outcome, r.Reason)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !s.Simulated || s.Model != fixtures.SimulatedModel {
			t.Errorf("%s: a simulated device does not say so: %+v", key, s)
		}
	}
}

func TestClaimsHoldOnTheSimulatedCloud(t *testing.T) {
	w, clientID := newWorld(t, "phone")
	token, err := w.StartPlain(t.Context(), w.Keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	c := w.Config()
	s, err := probe.Cloud(t.Context(), probe.CloudOptions{
		ServiceAccount: c.ServiceAccount, BaseURL: c.PushEndpoint, CAFile: c.PushCA, Token: token, ClientID: clientID,
		SimulatorCA: harness.SimulatorCA, Pace: time.Microsecond,
		Done: func(s probe.Step, r probe.Result) {
			t.Logf("%-34s %-9s %s %s %q", r.Claim, r.Outcome, r.Cause, r.Reason, r.Evidence)
			if r.Outcome == probe.Broken || r.Cause == probe.CauseTrouble || r.Cause == probe.CauseNeed {
				t.Errorf("%s: %s: %s", r.Claim, r.Outcome, r.Reason)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Simulated {
		t.Error("the simulated cloud does not say so")
	}
	t.Logf("%d requests", s.Requests)
}
