// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

const faultLog = "cppcrash-com.example.app-20020123-20261125020000123"

func TestWaitGoneTellsACrash(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	older := "jscrash-com.example.app-20020123-20261124000000000\nappfreeze-com.other-20020124-20261125020000000\n"
	s.says(`^ls /data/log/faultlog`, older, older, older+faultLog+"\nnot-com.example.app-1\n")
	s.says(`^pidof `, "4711\n", "4711\n", "4720\n")
	d := open(t, s)
	death, err := d.WaitGone(t.Context(), 4711)
	if err != nil || death.How != device.StopCrashed || death.FaultLog != faultLog {
		t.Fatalf("WaitGone = %v, %v", death, err)
	}
	if want := "process 4711 crashed (" + faultLog + ")"; death.String() != want {
		t.Errorf("%q, want %q", death, want)
	}
	s.says(`^pidof `, "\n")
	if now, err := d.State(t.Context()); err != nil || now.Stop != device.StopCrashed {
		t.Errorf("state %v, %v", now, err)
	}
}

func TestWaitGoneOfUnknownCause(t *testing.T) {
	s := newScript(t, "tv")
	s.controls() // whose shell may not list the logs
	s.says(`^pidof `, "4711\n", "\n")
	death, err := open(t, s).WaitGone(t.Context(), 4711)
	if err != nil || death.How != device.StopUnknown || death.FaultLog != "" {
		t.Errorf("WaitGone = %v, %v", death, err)
	}
	if want := "process 4711 ended, and what ended it is not known"; death.String() != want {
		t.Errorf("%q, want %q", death, want)
	}
}

func TestWaitGoneWithoutAFaultLog(t *testing.T) {
	// The 2 s that the system has to write one pass at once.
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, "phone")
		s.controls()
		s.says(`^ls /data/log/faultlog`, "")
		s.says(`^pidof `, "4711\n", "\n")
		began := time.Now()
		death, err := open(t, s).WaitGone(t.Context(), 4711)
		if err != nil || death.How != device.StopUnknown {
			t.Errorf("WaitGone = %v, %v", death, err)
		}
		if took := time.Since(began); took < time.Second || took > 4*time.Second {
			t.Errorf("it waited %v, want 2 s", took)
		}
	})
}

func TestWaitGoneKnowsWhatThisDeviceDid(t *testing.T) {
	tests := []struct {
		how device.Stop
		do  func(*device.Device, context.Context) error
	}{
		{device.StopKilled, (*device.Device).Kill},
		{device.StopForced, (*device.Device).ForceStop},
		{device.StopCleared, (*device.Device).ClearData},
		{device.StopSwiped, (*device.Device).AwaitSwipe},
	}
	for _, tt := range tests {
		t.Run(string(tt.how), func(t *testing.T) {
			s := newScript(t, "phone")
			s.controls()
			s.says(`^ls /data/log/faultlog`, "")
			s.says(`^pidof `, "4711\n", "\n")
			s.says(`^aa dump -l$`, testdata(t, "aa-dump-background.txt"), testdata(t, "aa-dump-none.txt"))
			d := open(t, s)
			if err := tt.do(d, t.Context()); err != nil {
				t.Fatal(err)
			}
			s.says(`^pidof `, "\n")
			death, err := d.WaitGone(t.Context(), 4711)
			if err != nil || death.How != tt.how {
				t.Errorf("WaitGone = %v, %v", death, err)
			}
			now, err := d.State(t.Context())
			if want := "stopped, " + string(tt.how); err != nil || now.String() != want {
				t.Errorf("state %q, %v; want %q", now, err, want)
			}
			if err := d.Start(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if now, err := d.State(t.Context()); err != nil || now.Stop != device.StopUnknown {
				t.Errorf("state %v, %v: it was started since", now, err)
			}
		})
	}
}

func TestAStopIsForgottenWhenTheSystemStartsTheApp(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.says(`^pidof `, "4711\n", "\n", "4720\n", "\n")
	d := open(t, s)
	if err := d.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, want := range []device.AppState{device.Foreground, device.Stopped} {
		now, err := d.State(t.Context())
		if err != nil || now.App != want || now.Stop != device.StopUnknown {
			t.Errorf("state %d: %v, %v; want %s of unknown cause", i, now, err, want)
		}
	}
}

func TestAStopThatFailedIsNone(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^aa force-stop `, "error: failed to force stop process.\nError Code:10106402  Error Message:persistent\n")
	d := open(t, s)
	var refused *device.StartError
	if err := d.ForceStop(t.Context()); !errors.As(err, &refused) || refused.Code != 10106402 {
		t.Errorf("ForceStop = %v", err)
	}
	s.says(`^pidof `, "\n")
	if now, err := d.State(t.Context()); err != nil || now.Stop != device.StopUnknown {
		t.Errorf("state %v, %v", now, err)
	}
}

func TestStateUnderTheLockScreen(t *testing.T) {
	s := newScript(t, "phone")
	s.lock(true, false)
	s.says(`^aa dump -l$`, testdata(t, "aa-dump-background.txt"))
	d := open(t, s)
	for _, want := range []string{
		"background (pid 4711, ability BACKGROUND, process SUSPENDED), under the lock screen",
		"background (pid 4711, ability BACKGROUND, process SUSPENDED)",
	} {
		if now, err := d.State(t.Context()); err != nil || now.String() != want {
			t.Errorf("state %q, %v; want %q", now, err, want)
		}
	}
}

func TestWaitGoneEndsWithItsContext(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	d := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	s.does(`^pidof `, func(context.Context, string) (hdc.Result, error) {
		if looks++; looks == 3 {
			cancel()
		}
		return said("4711\n")
	})
	if _, err := d.WaitGone(ctx, 4711); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if err := d.AwaitSwipe(ctx); err == nil {
		t.Error("AwaitSwipe took an app that runs for one that was swiped out")
	}
}

func TestRecentsIsForAPerson(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	err := d.Recents(t.Context())
	var manual *device.ManualError
	if !errors.As(err, &manual) {
		t.Fatalf("error %v, want a *ManualError", err)
	}
	mentions(t, err, "swipe it out", "2210")
}

func TestClearDataThatFails(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*testing.T, *script)
		want    any
	}{
		{"without developer mode", func(t *testing.T, s *script) { s.param(t, "phone", "const.security.developermode.state", "false") }, new(*device.NotOfferedError)},
		{"of an app that is gone", func(_ *testing.T, s *script) {
			s.says(`^bm clean `, "error: failed to clean bundle data files.\n")
			s.says(`^bm dump -n `, testdata(t, "bm-dump.txt"), "error: failed to get information and the parameters may be wrong.\n")
		}, new(*device.NotInstalledError)},
		{"for another reason", func(_ *testing.T, s *script) { s.says(`^bm clean `, "error: failed to clean bundle data files.\n") }, new(*device.OutputError)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.controls()
			tt.prepare(t, s)
			if err := open(t, s).ClearData(t.Context()); !errors.As(err, tt.want) {
				t.Errorf("error %v, want a %T", err, tt.want)
			}
		})
	}
}
