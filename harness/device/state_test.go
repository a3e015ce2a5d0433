// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestState(t *testing.T) {
	foreground := testdata(t, "aa-dump-foreground.txt")
	background := testdata(t, "aa-dump-background.txt")
	none := testdata(t, "aa-dump-none.txt")
	second := strings.Replace(background, " }\n", `    Mission ID #140  mission name #[x]
      AbilityRecord ID #53
        main name [Second]
        bundle name [com.example.app]
        state #FOREGROUND  start time [1]
        app state #FOCUS
 }
`, 1)
	tests := []struct {
		name, dump, pidof string
		want              string
	}{
		{"in front", foreground, "4711\n", "foreground (pid 4711, ability FOREGROUND, process FOREGROUND)"},
		{"in front, focused", strings.ReplaceAll(foreground, "app state #FOREGROUND", "app state #FOCUS"), "4711\n", "foreground (pid 4711, ability FOREGROUND, process FOCUS)"},
		{"on its way to the front", strings.ReplaceAll(foreground, "  state #FOREGROUND", "  state #FOREGROUNDING"), "4711", "background (pid 4711, ability FOREGROUNDING, process FOREGROUND)"},
		{"on its way back", strings.ReplaceAll(foreground, "  state #FOREGROUND", "  state #BACKGROUNDING"), "4711", "foreground (pid 4711, ability BACKGROUNDING, process FOREGROUND)"},
		{"suspended", background, "4711\n", "background (pid 4711, ability BACKGROUND, process SUSPENDED)"},
		{"one of two abilities in front", second, "4711\n", "foreground (pid 4711, ability FOREGROUND, process FOCUS)"},
		{"a process without an ability", none, "4711\n", "background (pid 4711)"},
		{"killed, its mission still listed", background, "\n", "stopped"},
		{"never started", none, "", "stopped"},
		{"several processes", foreground, "4711 4790\n", "foreground (pid 4711, ability FOREGROUND, process FOREGROUND)"},
		{"line ends of a terminal", strings.ReplaceAll(foreground, "\n", "\r\n"), "4711\r\n", "foreground (pid 4711, ability FOREGROUND, process FOREGROUND)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.says(`^aa dump -l$`, tt.dump)
			s.says(`^pidof com.example.app$`, tt.pidof)
			got, err := open(t, s).State(t.Context())
			if err != nil || got.String() != tt.want {
				t.Errorf("state %v, error %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestStateRefusesWhatItCannotRead(t *testing.T) {
	tests := []struct{ name, dump, pidof string }{
		{"no dump", "", "4711"},
		{"an error for a dump", "error: ability manager service is not available\n", "4711"},
		{"no process id", "User ID #100\n", "pidof: bad option\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.says(`^aa dump -l$`, tt.dump)
			s.says(`^pidof `, tt.pidof)
			_, err := open(t, s).State(t.Context())
			var unknown *device.OutputError
			if !errors.As(err, &unknown) {
				t.Errorf("error %v, want an *OutputError: what cannot be read is no state", err)
			}
		})
	}
}

func TestAwaitReadsUntilItIsSo(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^aa dump -l$`, testdata(t, "aa-dump-background.txt"), testdata(t, "aa-dump-background.txt"), testdata(t, "aa-dump-foreground.txt"))
	got, err := open(t, s).Await(t.Context(), device.Foreground)
	if err != nil || got.App != device.Foreground {
		t.Fatalf("Await = %v, %v", got, err)
	}
	if n := len(s.sent(`^aa dump`)); n != 3 {
		t.Errorf("read %d times, want 3", n)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	s.does(`^pidof `, func(context.Context, string) (hdc.Result, error) {
		if reads++; reads == 3 {
			cancel()
		}
		return said("4711\n")
	})
	last, err := d.Await(ctx, device.Stopped)
	var other *device.StateError
	if !errors.As(err, &other) || other.Want != device.Stopped || other.Got.App != device.Foreground || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a *StateError of the cancelled context", err)
	}
	if last.App != device.Foreground {
		t.Errorf("last state %v, want foreground", last)
	}
	mentions(t, err, bundle, "is foreground", "not stopped", "look at the device")
}

func TestAwaitPassesTheShellsErrorOn(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.does(`^pidof `, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{}, &hdc.TargetError{Key: "SERIAL7", Kind: hdc.Offline}
	})
	_, err := d.Await(t.Context(), device.Foreground)
	var target *hdc.TargetError
	var state *device.StateError
	if !errors.As(err, &target) || errors.As(err, &state) {
		t.Errorf("error %v, want the *hdc.TargetError and no *StateError", err)
	}
}

func TestKillWaitsForTheProcessToEnd(t *testing.T) {
	s := newScript(t, "wearable")
	d := open(t, s)
	s.says(`^pidof `, "4711\n", "4711\n", "4711\n", "\n")
	if err := d.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^devicedebug`); len(got) != 1 || got[0] != "devicedebug kill -9 4711" {
		t.Errorf("sent %q", got)
	}
	if n := len(s.sent(`^pidof`)); n != 4 {
		t.Errorf("looked for the process %d times, want 4", n)
	}
}

func TestKillOfWhatDoesNotRun(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^pidof `, "\n")
	if err := d.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^devicedebug`); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

func TestKillLosesARaceGladly(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^pidof `, "4711\n", "\n")
	s.says(`^devicedebug `, "devicedebug: kill: 4711: No such app process\n")
	if err := d.Kill(t.Context()); err != nil {
		t.Errorf("the process is gone, which is what was wanted: %v", err)
	}
}

func TestKillTakesANewProcessForAnotherOne(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^pidof `, "4711\n", "4720\n")
	if err := d.Kill(t.Context()); err != nil {
		t.Errorf("process 4711 is gone: %v", err)
	}
}

func TestKillOfAnAppThatIsNotDebuggable(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	s.says(`^devicedebug `, "devicedebug: kill: process: 4711 is not debuggable app\n")
	err := d.Kill(t.Context())
	var failed *device.KillError
	if !errors.As(err, &failed) || !failed.NotDebuggable || failed.PID != 4711 {
		t.Errorf("error %v, want a *KillError: not debuggable", err)
	}
	mentions(t, err, "debug certificate")
}

func TestKillOfAProcessThatStays(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	s.says(`^devicedebug `, "devicedebug: kill: permission denied\n")
	s.does(`^pidof `, func(context.Context, string) (hdc.Result, error) {
		if looks++; looks == 4 {
			cancel()
		}
		return said("4711\n")
	})
	err := d.Kill(ctx)
	var failed *device.KillError
	if !errors.As(err, &failed) || failed.NotDebuggable || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a *KillError", err)
	}
	mentions(t, err, "permission denied", "still runs")
}
