// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

var numbers = device.NetworkNumbers{UplinkBandwidth: 500, DownlinkBandwidth: 2000, UplinkLatency: 300, DownlinkLatency: 0, UplinkDropRate: 0.5, DownlinkDropRate: 100}

func onNetwork(value string) device.Condition {
	return device.Condition{Kind: device.ConditionNetwork, Value: value}
}

func TestEachScenarioIsSimulatedByItsNumber(t *testing.T) {
	s := newScript(t, "tablet")
	n := s.controls()
	d := open(t, s)
	for _, row := range fixtures.NetworkScenarios() {
		if _, err := d.SetCondition(t.Context(), onNetwork(row.Value)); err != nil {
			t.Fatal(err)
		}
		if want := string(rune('0' + row.Number)); !n.on || n.active != want {
			t.Errorf("%s: on %v, scenario %s; want %s", row.Value, n.on, n.active, want)
		}
	}
	if err := d.RestoreAll(t.Context()); err != nil || n.on || n.active != "" {
		t.Errorf("RestoreAll = %v, on %v, scenario %q", err, n.on, n.active)
	}
}

func TestANetworkByNumbers(t *testing.T) {
	s := newScript(t, "phone")
	n := s.controls()
	d := open(t, s)
	if _, err := d.SetCondition(t.Context(), onNetwork(numbers.Value())); err != nil {
		t.Fatal(err)
	}
	name := n.names["1000"]
	if !strings.HasPrefix(name, "pushproof-") || n.active != "1000" {
		t.Errorf("scenario %q of %v", n.active, n.names)
	}
	want := map[string]any{"scenarioName": name, "uplinkBandwidth": 500.0, "downlinkBandwidth": 2000.0, "uplinkLatency": 300.0, "downlinkLatency": 0.0, "uplinkDropRate": 0.5, "downlinkDropRate": 100.0}
	if diff := cmp.Diff(want, n.numbers["1000"]); diff != "" {
		t.Errorf("numbers:\n%s", diff)
	}
	n.names["1007"] = "someone else's"
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"1007": "someone else's"}, n.names); diff != "" || n.on {
		t.Errorf("left on %v:\n%s", n.on, diff)
	}
}

func TestNumbersThatTheDeviceAlters(t *testing.T) {
	s := newScript(t, "phone")
	n := s.controls()
	n.rounds = func(v map[string]any) { v["uplinkDropRate"] = 1 }
	d := open(t, s)
	_, err := d.SetCondition(t.Context(), onNetwork(numbers.Value()))
	var unknown *device.OutputError
	if !errors.As(err, &unknown) || n.active != "" {
		t.Errorf("error %v, scenario %q; want an *OutputError and none", err, n.active)
	}
	if err := d.RestoreAll(t.Context()); err != nil || len(n.names) != 0 {
		t.Errorf("RestoreAll = %v, left %v", err, n.names)
	}
}

func TestOffline(t *testing.T) {
	s := newScript(t, "phone")
	n := s.controls()
	d := open(t, s)
	if _, err := d.SetCondition(t.Context(), onNetwork(device.NetworkOffline)); err != nil {
		t.Fatal(err)
	}
	if v := n.numbers[n.active]; v["uplinkDropRate"] != 100.0 || v["downlinkDropRate"] != 100.0 {
		t.Errorf("offline loses %v", v)
	}
	if err := d.RestoreAll(t.Context()); err != nil || n.on {
		t.Errorf("RestoreAll = %v, on %v", err, n.on)
	}
}

// What the device does not let anyone do is for a person, and nothing is
// changed.
func TestNetworksThatAreForAPerson(t *testing.T) {
	tests := []struct {
		name, deviceType, key, value string
		prepare                      func(*testing.T, *script)
		says                         []string
	}{
		{"offline on a watch", "wearable", "SERIAL7", "offline", func(*testing.T, *script) {}, []string{"phones and tablets", "5223"}},
		{"offline without netcopilot", "phone", "SERIAL7", "offline", func(_ *testing.T, s *script) { s.lacks["netcopilot"] = true }, []string{"no netcopilot", "settings"}},
		{"offline before API 20", "phone", "SERIAL7", "offline", func(t *testing.T, s *script) { s.api(t, "phone", "18") }, []string{"API 20", "USB"}},
		{"offline by the network", "phone", "192.168.1.7:5555", "offline", func(*testing.T, *script) {}, []string{"USB"}},
		{"every packet lost by the network", "phone", "192.168.1.7:5555", numbers.Value(), func(*testing.T, *script) {}, []string{"USB"}},
		{"a lift by the network", "phone", "192.168.1.7:5555", "lift", func(*testing.T, *script) {}, []string{"USB"}},
		{"an emulator", "phone", "127.0.0.1:5555", "metro", func(t *testing.T, s *script) { s.param(t, "phone", "const.product.model", "emulator") }, []string{"virtual Ethernet"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, tt.deviceType)
			s.controls()
			tt.prepare(t, s)
			d, err := device.Open(t.Context(), s, tt.key, device.App{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = d.SetCondition(t.Context(), onNetwork(tt.value))
			var manual *device.ManualError
			if !errors.As(err, &manual) {
				t.Fatalf("error %v, want a *ManualError", err)
			}
			mentions(t, err, append(tt.says, "a person must do it")...)
			if sent := s.sent(`^netcopilot`); len(sent) != 0 || len(d.Changed()) != 0 {
				t.Errorf("sent %q, changed %q", sent, d.Changed())
			}
		})
	}
}

func TestABadNetworkThatIsNotOffered(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.api(t, "phone", "18")
	d := open(t, s)
	_, err := d.SetCondition(t.Context(), onNetwork("metro"))
	var absent *device.NotOfferedError
	if !errors.As(err, &absent) || len(d.Changed()) != 0 {
		t.Errorf("error %v, changed %q; want a *NotOfferedError and nothing", err, d.Changed())
	}
	mentions(t, err, "netcopilot", "API 20")
}

func TestParseNetwork(t *testing.T) {
	got, err := device.ParseNetwork(numbers.Value())
	if err != nil || got != numbers {
		t.Errorf("ParseNetwork = %+v, %v", got, err)
	}
	whole := numbers.Value()
	for _, tt := range []struct{ name, value, says string }{
		{"no numbers", "custom:", "uplinkBandwidth"},
		{"one missing", strings.Replace(whole, ",uplinkLatency=300", "", 1), "uplinkLatency is missing"},
		{"one twice", whole + ",uplinkLatency=300", "twice"},
		{"an unknown one", whole + ",jitter=3", "jitter"},
		{"no bandwidth", strings.Replace(whole, "uplinkBandwidth=500", "uplinkBandwidth=0", 1), "from 1"},
		{"too much bandwidth", strings.Replace(whole, "=500", "=100000001", 1), "100000000"},
		{"half a kilobit", strings.Replace(whole, "=500", "=0.5", 1), "whole number"},
		{"negative latency", strings.Replace(whole, "=300", "=-1", 1), "from 0 to 60000"},
		{"too much loss", strings.Replace(whole, "=0.5", "=100.1", 1), "from 0 to 100"},
		{"no number of loss", strings.Replace(whole, "=0.5", "=NaN", 1), "per cent"},
		{"another value", "metro", "custom:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := device.ParseNetwork(tt.value)
			var none *device.ConditionError
			if !errors.As(err, &none) {
				t.Fatalf("error %v, want a *ConditionError", err)
			}
			mentions(t, err, tt.says)
		})
	}
}
