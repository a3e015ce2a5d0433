// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

func TestRaiseLog(t *testing.T) {
	tests := []struct {
		name, param string
		changes     map[string]string
		restored    string // "" where nothing was to be raised
	}{
		{"warnings only", "W", nil, "W"},
		{"errors only", "E", nil, "E"},
		{"information already", "I", nil, ""},
		{"more than that", "D", nil, ""},
		{"not set, consumer firmware", "", nil, "W"},
		{"not set, old consumer firmware", "", map[string]string{"const.ohos.apiversion": "14"}, ""},
		{"not set, log firmware", "", map[string]string{"const.product.software.version": "X 6.0.0.1(log)"}, ""},
		{"not set, engineering firmware", "", map[string]string{"const.debuggable": "1"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, h := newScript(t, "phone"), logged(t)
			profile, _ := fixtures.ProfileOf("phone")
			params := maps.Clone(profile.Params)
			maps.Copy(params, tt.changes)
			s.params(params)
			h.global = tt.param
			h.on(s)
			d := open(t, s)
			for range 2 {
				if err := d.RaiseLog(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			var want []string
			if tt.restored != "" {
				want = []string{"I", "I -D d001203"}
			}
			if !slices.Equal(h.set, want) {
				t.Errorf("hilog -b %q, want %q, once", h.set, want)
			}
			if err := d.RestoreAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if tt.restored != "" {
				want = append(want, tt.restored, tt.restored+" -D d001203")
			}
			if !slices.Equal(h.set, want) {
				t.Errorf("hilog -b %q, want %q after RestoreAll", h.set, want)
			}
			if err := d.RaiseLog(t.Context()); err != nil || tt.restored != "" && len(h.set) != 6 {
				t.Errorf("after a restore the level is raised again: %v, %q", err, h.set)
			}
		})
	}
}

func TestRaiseLogThatFails(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.global, h.deaf = "W", true
	h.on(s)
	d := open(t, s)
	var bad *device.OutputError
	if err := d.RaiseLog(t.Context()); !errors.As(err, &bad) {
		t.Errorf("error %v, want an *OutputError", err)
	}
	h.deaf = false
	if err := d.RaiseLog(t.Context()); err != nil {
		t.Errorf("the next try: %v", err)
	}

	s = newScript(t, "phone")
	s.lacks["hilog"] = true
	var none *device.NotOfferedError
	if err := open(t, s).RaiseLog(t.Context()); !errors.As(err, &none) {
		t.Errorf("error %v, want a *NotOfferedError", err)
	}

	s, h = newScript(t, "phone"), logged(t)
	h.now = "11-24 23:55:00.%N"
	h.on(s)
	if err := open(t, s).RaiseLog(t.Context()); err != nil {
		t.Errorf("a clock of whole seconds: %v", err)
	}

	s, h = newScript(t, "phone"), logged(t)
	h.now = "date: no such time"
	h.on(s)
	mentions(t, open(t, s).RaiseLog(t.Context()), "raise the log level", "clock")
}
