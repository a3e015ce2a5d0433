// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestOpenReadsTheBuild(t *testing.T) {
	phone, _ := fixtures.ProfileOf("phone")
	tests := []struct {
		name    string
		changes map[string]string
		want    device.Build
	}{
		{"consumer firmware", nil, device.Build{DeveloperMode: true}},
		{"engineering firmware", map[string]string{"const.debuggable": "1"}, device.Build{Engineering: true, DeveloperMode: true}},
		{"developer mode off", map[string]string{"const.security.developermode.state": "false"}, device.Build{}},
		{"log firmware", map[string]string{"const.product.software.version": "ALN-AL00 5.0.0.60(SP12DEVC00E61R4P9log)"}, device.Build{DeveloperMode: true, LogFirmware: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			params := maps.Clone(phone.Params)
			maps.Copy(params, tt.changes)
			s.params(params)
			if got := open(t, s).Profile().Build; got != tt.want {
				t.Errorf("build %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestOpenLearnsWhatIsOfferedInOneRoundTrip(t *testing.T) {
	s := newScript(t, "phone")
	s.lacks["power-shell"] = true
	d, err := device.Open(t.Context(), s, "SERIAL7", device.App{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.sent(`.`)); n != 1 {
		t.Errorf("%d commands were sent, want one", n)
	}
	if d.Offers("power-shell") || !d.Offers("uitest") || !d.Offers("no-one-asked") {
		t.Errorf("offers %v: power-shell is missing, uitest is there, and of others nothing is known", d.Profile().Offers)
	}
	err = d.Wake(t.Context())
	var missing *device.NotOfferedError
	if !errors.As(err, &missing) || missing.Tool != "power-shell" || missing.API != 20 {
		t.Errorf("error %v, want a *NotOfferedError", err)
	}
	mentions(t, err, "phone", "API 20", "consumer firmware, developer mode on", "power-shell guide")
	if got := s.sent(`^power-shell`); len(got) != 0 {
		t.Errorf("sent %q to a device that lacks the tool", got)
	}
}

func TestAToolThatTurnsOutMissingIsAskedOnce(t *testing.T) {
	s := newScript(t, "phone")
	s.does(`^power-shell `, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{Output: []byte("/bin/sh: power-shell: inaccessible or not found\n"), Exit: 127}, nil
	})
	d := open(t, s)
	before := d.Profile()
	for range 2 {
		var missing *device.NotOfferedError
		if err := d.Wake(t.Context()); !errors.As(err, &missing) {
			t.Errorf("error %v, want a *NotOfferedError", err)
		}
	}
	if n := len(s.sent(`^power-shell`)); n != 1 {
		t.Errorf("the tool was tried %d times, want once", n)
	}
	if d.Offers("power-shell") || !before.Offers["power-shell"] {
		t.Error("the device remembers; a profile that was read before stays as it was")
	}
}

func TestAShellThatFindsNothingTellsNothing(t *testing.T) {
	s := newScript(t, "phone")
	for _, row := range fixtures.DeviceCommands() {
		s.lacks[row.Tool] = true
	}
	d := open(t, s)
	if d.Profile().Offers != nil || !d.Offers("uitest") {
		t.Errorf("offers %v, though not even param is found, which has just answered", d.Profile().Offers)
	}
}

func FuzzOffers(f *testing.F) {
	f.Add("@tool:aa\n/bin/aa\n@tool:anm\n@tool:param\n/system/bin/param\n")
	f.Add("@tool:param\nparam\n@tool:nothing\n/bin/nothing\n@tool:aa\n/bin/sh: command: inaccessible or not found\n")
	f.Fuzz(func(t *testing.T, text string) {
		for tool, has := range device.ParseOffers(text, []string{"aa", "anm", "param"}) {
			if !strings.Contains(text, "@tool:"+tool) || has && strings.Count(text, tool) < 2 {
				t.Errorf("%s: %v from %q", tool, has, text)
			}
		}
	})
}
