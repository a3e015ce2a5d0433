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

func TestLockState(t *testing.T) {
	lockHeader := "\n----[ability]----\n\n----ScreenlockService----\n"
	tests := []struct {
		name, dump, windows string
		want                device.LockReading
		says                string
	}{
		{"the service, with users", testdata(t, "lock-users.txt"), "", device.LockReading{Known: true, Source: "ScreenlockService"}, "not locked"},
		{"the service, older", testdata(t, "lock-old.txt"), "", device.LockReading{Known: true, Locked: true, Source: "ScreenlockService"}, "locked, by the ScreenlockService"},
		{"cropped, the lock screen is up", lockHeader, testdata(t, "windows-locked.txt"), device.LockReading{Known: true, Locked: true, Source: "window list"}, "locked, by the window list"},
		{"cropped, the lock screen is hidden", lockHeader, testdata(t, "windows-shade.txt"), device.LockReading{Known: true, Source: "window list"}, "not locked"},
		{"no service, no such window", lockHeader + "no such ability\n", strings.ReplaceAll(testdata(t, "windows-call.txt"), "SCBScreenLock10      0         2809    10    2110", "x 0 1 1 1"),
			device.LockReading{}, "no such ability; the list of windows has no lock screen"},
		{"neither answers", lockHeader, "\n----[ability]----\n\n----WindowManagerService----\n", device.LockReading{}, "not offered: hidumper"},
		{"a dump without the line", lockHeader + " * screenState true\n", testdata(t, "windows-locked.txt"), device.LockReading{Known: true, Locked: true, Source: "window list"}, "locked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.says(`^hidumper -s ScreenlockService -a -all$`, tt.dump)
			s.says(`^hidumper -s WindowManagerService`, tt.windows)
			got, err := open(t, s).LockState(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.String(), tt.says) {
				t.Errorf("it says %q, want %q in it", got, tt.says)
			}
			got.Why = ""
			if got != tt.want {
				t.Errorf("reading %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestLockStateOfADeviceThatIsGone(t *testing.T) {
	s := newScript(t, "phone")
	s.does(`^hidumper`, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{}, &hdc.TargetError{Key: "SERIAL7", Kind: hdc.Offline}
	})
	_, err := open(t, s).LockState(t.Context())
	var target *hdc.TargetError
	if !errors.As(err, &target) {
		t.Errorf("error %v, want the *hdc.TargetError: a device that is gone is not one that does not say", err)
	}
}

func TestPowerState(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper -s PowerManagerService -a -s$`, testdata(t, "power.txt"),
		strings.Replace(testdata(t, "power.txt"), "AWAKE", "INACTIVE", 1), "----[ability]----\n----P----\nCurrent State: \n")
	d := open(t, s)
	for _, want := range []device.PowerReading{{State: "AWAKE", Awake: true}, {State: "INACTIVE"}} {
		if got, err := d.PowerState(t.Context()); err != nil || got != want {
			t.Errorf("power %+v, %v; want %+v", got, err, want)
		}
	}
	_, err := d.PowerState(t.Context())
	mentions(t, err, "power state", "hidumper")
}

func FuzzLock(f *testing.F) {
	f.Add(testdata(f, "lock-users.txt"))
	f.Add(testdata(f, "lock-old.txt"))
	f.Add(testdata(f, "power.txt"))
	f.Fuzz(func(t *testing.T, text string) {
		if locked, ok := device.ParseLock(text); locked && !ok || ok && !strings.Contains(text, "screenLocked") {
			t.Errorf("locked %v, %v", locked, ok)
		}
		if state, ok := device.ParsePower(text); ok != (state != "") || !strings.Contains(text, state) {
			t.Errorf("power %q, %v", state, ok)
		}
		if body := device.BelowHeader(text); len(body) > len(text)+1 {
			t.Errorf("a body of %d bytes of %d", len(body), len(text))
		}
	})
}
