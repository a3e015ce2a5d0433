// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
)

func (b *bench) unlockSwipe() {
	p := b.opts.Profile
	b.sh("uitest uiInput swipe %d %d %d %d 6000", p.Width/2, p.Height*8/10, p.Width/2, p.Height*2/10)
}

// The lock has one home: whoever is asked says the same.
func TestLockIsTheSameEverywhere(t *testing.T) {
	b := newBench(t)
	check := func(when string, locked bool) {
		t.Helper()
		if got := b.State().Locked; got != locked {
			t.Errorf("%s: the state is locked %t", when, got)
		}
		want := " * screenLocked  \t\tfalse"
		if locked {
			want = " * screenLocked  \t\ttrue"
		}
		if out := b.sh("hidumper -s ScreenlockService -a -all"); !strings.Contains(out, want) {
			t.Errorf("%s: the lock's service says %s", when, out)
		}
		visible, _, _ := strings.Cut(b.sh("hidumper -s WindowManagerService -a -a"), "\n"+strings.Repeat("-", 87)+"\n")
		if got := strings.Contains(visible, "SCBScreenLock"); got != locked {
			t.Errorf("%s: the lock screen is among the visible windows: %t", when, got)
		}
		b.sh("uitest dumpLayout -p /data/local/tmp/k")
		if got := strings.Contains(b.sh("cat /data/local/tmp/k"), "SCBScreenLock"); got != locked {
			t.Errorf("%s: the lock screen is in the UI tree: %t", when, got)
		}
		start := b.sh("aa start -a EntryAbility -b %s", bundle)
		if got := strings.Contains(start, "Error Code:10106102 "); got != locked {
			t.Errorf("%s: aa start said %q", when, start)
		}
	}
	check("at first", false)
	b.SetLocked(true)
	check("locked by its user", true)
	b.unlockSwipe()
	check("unlocked by a swipe", false)
	b.SetPIN(true)
	check("with a PIN", false)
	b.sh("power-shell suspend; power-shell wakeup")
	check("asleep and awake", true)
	b.unlockSwipe()
	check("after a swipe that a PIN stops", true)
	b.SetLocked(false)
	check("unlocked by its user", false)
	if err := b.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("restarted with a PIN", true)
	b.SetPIN(false)
	b.unlockSwipe()
	check("without the PIN", false)
}

func TestOpaqueDialogCanBeChanged(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	for _, opaque := range []bool{true, false} {
		b.OpaqueDialog(opaque)
		if got := b.layout().find("允许", nil) == nil; got != opaque {
			t.Errorf("the dialog is opaque: %t, want %t", got, opaque)
		}
	}
	b.allow()
}
