// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestStartHandsParametersOver(t *testing.T) {
	s := newScript(t, "phone")
	d, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle, Ability: "EntryAbility", Module: "entry"})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Start(t.Context(), map[string]string{"pushproof.session": "c2VjcmV0", "a.key": "it's $HOME"})
	if err != nil {
		t.Fatal(err)
	}
	want := hdc.Cmd("aa", "start", "-a", "EntryAbility", "-b", bundle, "-m", "entry",
		"--ps", "a.key", hdc.Secret("it's $HOME"), "--ps", "pushproof.session", hdc.Secret("c2VjcmV0"))
	if got := s.commands[len(s.commands)-1]; got != want {
		t.Errorf("command %q, want %q with these very values", got, want)
	}
	if line := s.sent(`^aa start`)[0]; strings.Contains(line, "c2VjcmV0") || !strings.Contains(line, "REDACTED") {
		t.Errorf("the log would show %q", line)
	}
}

func TestStartJudgesTheText(t *testing.T) {
	refusal := func(code, message string) string {
		return "error: failed to start ability.\nError Code:" + code + "  Error Message:" + message + "\nError cause: something\n  Try the following:\n  > something\n"
	}
	tests := []struct {
		name, text string
		code       int
		wants      []string
	}{
		{"success", "start ability successfully.\n", 0, nil},
		{"locked", refusal("10106102", "The device screen is locked"), 10106102, []string{"the screen is locked", "unlock the device"}},
		{"no such ability", refusal("10104001", "The specified ability does not exist"), 10104001, []string{"does not exist", "bm dump -n"}},
		{"release signature", refusal("10106002", "The target application is not debuggable"), 10106002, []string{"debug certificate"}},
		{"an unknown code", refusal("10199999", "Something new"), 10199999, []string{"10199999", "Something new", "guide of the aa tool"}},
		{"without a code", "error: failed to start ability.\n", 0, []string{"failed to start ability"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			d := open(t, s)
			s.says(`^aa start `, tt.text)
			err := d.Start(t.Context(), nil)
			if tt.wants == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			mentions(t, err, append(tt.wants, bundle+"/EntryAbility")...)
			var refused *device.StartError
			if !errors.As(err, &refused) || refused.Code != tt.code || refused.Locked() != (tt.code == device.CodeLocked) {
				t.Errorf("error %#v, want a *StartError with code %d", err, tt.code)
			}
		})
	}
}

func TestStartRefusesAnUnknownAnswer(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^aa start `, "")
	var unknown *device.OutputError
	if err := d.Start(t.Context(), nil); !errors.As(err, &unknown) {
		t.Errorf("error %v, want an *OutputError: silence is no success", err)
	}
}

func TestStartNeverRepeatsAValue(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^aa start `, "error: unknown option value TOPSECRET.\n")
	err := d.Start(t.Context(), map[string]string{"pushproof.session": "TOPSECRET"})
	mentions(t, err, "REDACTED")
	if strings.Contains(err.Error(), "TOPSECRET") {
		t.Errorf("error %q repeats the value", err)
	}
}

func TestStartRefusesParametersThatAACannotTake(t *testing.T) {
	tests := []struct {
		name   string
		params map[string]string
	}{
		{"a value like an option", map[string]string{"k": "-D"}},
		{"an empty value", map[string]string{"k": ""}},
		{"a key with a blank", map[string]string{"k k": "v"}},
		{"a key like an option", map[string]string{"-k": "v"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			d := open(t, s)
			var refused *device.ParamError
			if err := d.Start(t.Context(), tt.params); !errors.As(err, &refused) {
				t.Errorf("error %v, want a *ParamError", err)
			}
			if n := len(s.sent(`^aa start`)); n != 0 {
				t.Errorf("%d starts were sent", n)
			}
		})
	}
}

func TestBringForwardIsAStartWithoutParameters(t *testing.T) {
	s := newScript(t, "tv")
	d := open(t, s)
	if err := d.BringForward(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^aa start`); len(got) != 1 || got[0] != "aa start -a EntryAbility -b com.example.app" {
		t.Errorf("sent %q", got)
	}
}

func TestForceStop(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	if err := d.ForceStop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^aa force-stop`); len(got) != 1 || got[0] != "aa force-stop com.example.app" {
		t.Errorf("sent %q", got)
	}
	s.says(`^aa force-stop `, "error: failed to force stop process.\nError Code:10106402  Error Message:The app is persistent\n")
	mentions(t, d.ForceStop(t.Context()), "persistent", "does not keep alive")
}
