// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestLockWaitsUntilTheDeviceSaysSo(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.lock(false, false, true)
	d := open(t, s)
	if err := d.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(s.sent(`ScreenlockService`)); n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
	s.lock(true, false)
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^(power-shell|uitest uiInput swipe)`); !slices.Equal(got, []string{"power-shell suspend", "power-shell wakeup", "uitest uiInput swipe 630 2176 630 544 6000"}) {
		t.Errorf("sent %q", got)
	}
}

func TestADeviceWithoutALockDumpIsLockedAsFarAsCanBeTold(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	d := open(t, s)
	if err := d.Lock(t.Context()); err != nil {
		t.Error(err)
	}
	if err := d.Unlock(t.Context()); err != nil {
		t.Error(err)
	}
	if now, err := d.LockState(t.Context()); err != nil || now.Known {
		t.Errorf("LockState = %v, %v; want not known", now, err)
	}
}

func TestLockScreensThatDoNotDoAsTheyMust(t *testing.T) {
	tests := []struct {
		name   string
		locked bool
		do     func(*device.Device, context.Context) error
		says   []string
	}{
		{"unlock one with a PIN", true, (*device.Device).Unlock, []string{"PIN", "unlock it by hand", "locked, by the ScreenlockService"}},
		{"lock one whose settings say later", false, (*device.Device).Lock, []string{"not locked", "lock at once"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The 10 s that a device is given pass at once.
			synctest.Test(t, func(t *testing.T) {
				s := newScript(t, "phone")
				s.controls()
				s.lock(tt.locked)
				began := time.Now()
				err := tt.do(open(t, s), t.Context())
				var manual *device.ManualError
				if !errors.As(err, &manual) {
					t.Fatalf("error %v, want a *ManualError", err)
				}
				mentions(t, err, tt.says...)
				if took := time.Since(began); took < 9*time.Second || took > 11*time.Second {
					t.Errorf("it was given %v, want 10 s", took)
				}
			})
		})
	}
}

func TestUnlockEndsWithItsContext(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	d := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	s.does(`^hidumper -s ScreenlockService `, func(context.Context, string) (hdc.Result, error) {
		if asked++; asked == 3 {
			cancel()
		}
		return said(" * screenLocked  \t\ttrue\t\t100\n")
	})
	var manual *device.ManualError
	if err := d.Unlock(ctx); !errors.Is(err, context.Canceled) || errors.As(err, &manual) {
		t.Errorf("error %v, want the context's: it may still have been on its way", err)
	}
}

func TestUnlockedForNowIsLockedAgain(t *testing.T) {
	s := newScript(t, "tablet")
	s.controls()
	s.lock(true, true, false)
	d := open(t, s)
	unlocked := device.Condition{Kind: device.ConditionLock, Value: device.Unlocked}
	if _, err := d.SetCondition(t.Context(), unlocked); err != nil {
		t.Fatal(err)
	}
	if err := d.RestoreAll(t.Context()); err != nil || len(s.sent(`^power-shell suspend$`)) != 1 {
		t.Errorf("RestoreAll = %v, sent %q; want it locked as it was", err, s.sent(`^power-shell`))
	}
	s.lock(false)
	if _, err := d.SetCondition(t.Context(), unlocked); err != nil {
		t.Fatal(err)
	}
	if got := d.Changed(); len(got) != 0 {
		t.Errorf("changed %q of a device that was unlocked", got)
	}
}

func TestScreenOffIsTakenBackWithTheLockThatItBrought(t *testing.T) {
	for _, tt := range []struct {
		name   string
		locked []bool
		swipes int
	}{
		{"it locked", []bool{false, true, false}, 1},
		{"it did not lock", []bool{false, false}, 0},
		{"it was locked before", []bool{true, true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.controls()
			s.lock(tt.locked...)
			d := open(t, s)
			if err := d.ScreenOff(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.RestoreAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if on, swipes := len(s.sent(`wakeup$`)), len(s.sent(`^uitest uiInput swipe`)); on == 0 || swipes != tt.swipes {
				t.Errorf("woken %d times, %d swipes; want %d", on, swipes, tt.swipes)
			}
		})
	}
}

func TestTheScreenIsKeptOnWhileItMust(t *testing.T) {
	s := newScript(t, "2in1")
	s.controls()
	d := open(t, s)
	if err := d.KeepScreenOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"power-shell wakeup", "power-shell timeout -o 86400000", "hidumper -s PowerManagerService -a -t",
		"hidumper -s PowerManagerService -a -f", "power-shell timeout -r"}
	if got := s.sent(`^(power-shell|hidumper)`); !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
}

func TestATimeOutThatIsNotRestored(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.lacks["hidumper"] = true
	d := open(t, s)
	if err := d.KeepScreenOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.says(`^power-shell timeout -r$`, "error: failed\n")
	err := d.RestoreAll(t.Context())
	var left *device.RestoreError
	var manual *device.ManualError
	if !errors.As(err, &left) || !errors.As(err, &manual) {
		t.Fatalf("error %v, want a *RestoreError with a *ManualError", err)
	}
	mentions(t, err, "hdc -t SERIAL7 shell power-shell timeout -r", "not put back")
}

func TestAnEmulatorIsNeitherDarkNorLocked(t *testing.T) {
	s := newScript(t, "phone")
	s.controls()
	s.param(t, "phone", "const.product.model", "emulator")
	d := open(t, s)
	for name, do := range map[string]func(context.Context) error{"ScreenOff": d.ScreenOff, "Lock": d.Lock} {
		var manual *device.ManualError
		if err := do(t.Context()); !errors.As(err, &manual) {
			t.Errorf("%s = %v, want a *ManualError", name, err)
		}
	}
	if got := s.sent(`^power-shell suspend`); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}
