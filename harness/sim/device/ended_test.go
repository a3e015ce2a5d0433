// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func (b *bench) swipeAway() {
	b.t.Helper()
	if err := b.SwipeAway(b.t.Context(), bundle); err != nil {
		b.t.Fatal(err)
	}
}

// Each end of a process is told apart, and forgotten with the next start.
func TestEndsAreToldApart(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name string
		end  func()
		want device.Ended
	}{
		{"killed", b.kill, device.EndedDied},
		{"force-stopped", func() { b.sh("aa force-stop %s", bundle) }, device.EndedForceStop},
		{"swiped away", b.swipeAway, device.EndedSwipedAway},
		{"swiped away from the background", func() { b.home(); b.swipeAway() }, device.EndedSwipedAway},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.start()
			if got := b.app().Ended; got != "" {
				t.Fatalf("a running app ended by %q", got)
			}
			tt.end()
			if a := b.app(); a.PID != 0 || a.Ended != tt.want || b.State().Front != "" {
				t.Errorf("the app is %+v, in front is %q; it ended by %q, want %q", a, b.State().Front, a.Ended, tt.want)
			}
		})
	}
	if err := b.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.app().Ended; got != "" {
		t.Errorf("after a restart of the device the app ended by %q", got)
	}
}

// What a push does to an app that was ended by its user is what it does to one
// that died.
func TestPushAfterEachEnd(t *testing.T) {
	for name, end := range map[string]func(b *bench){
		"killed":        (*bench).kill,
		"force-stopped": func(b *bench) { b.sh("aa force-stop %s", bundle) },
		"swiped away":   (*bench).swipeAway,
	} {
		t.Run(name, func(t *testing.T) {
			b := showing(t)
			end(b)
			b.want(b.push(0, alert("")), sim.Delivered)
			b.want(b.push(6, extra("kept")), sim.ProcessAbsent)
			b.want(b.pushTo(b.app().Token.Reveal(), 2, "IM", voice), sim.Delivered)
			if n := len(b.State().Notifications); n != 2 || !b.app().KeepsMessage {
				t.Errorf("%d notifications, a kept message %t", n, b.app().KeepsMessage)
			}
		})
	}
}

func TestSwipeAwayTellsTheAbilities(t *testing.T) {
	b := newBench(t)
	b.start()
	b.swipeAway()
	if got := strings.Join(b.methods(), " "); got != "onCreate onForeground onBackground" {
		t.Errorf("the ability was called %s", got)
	}
	if got := b.calls(seam.OnDestroy); len(got) != 1 || got[0].Error != "" {
		t.Errorf("onDestroy: %+v", got)
	}
}

func TestSwipeAwayNeedsARecentApp(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	for _, tt := range []struct{ bundle, want string }{{"com.x", "not installed"}, {bundle, "not among the recent apps"}} {
		if err := b.SwipeAway(ctx, tt.bundle); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.bundle, err)
		}
	}
	b.start()
	b.SetLocked(true)
	if err := b.SwipeAway(ctx, bundle); err == nil || !strings.Contains(err.Error(), "locked") || b.app().PID == 0 {
		t.Errorf("on a locked screen: %v, pid %d", err, b.app().PID)
	}
}

func TestCrashesLeaveALog(t *testing.T) {
	const list = "ls /data/log/faultlog/faultlogger"
	t.Run("none", func(t *testing.T) {
		b := newBench(t)
		b.start()
		b.kill()
		b.start()
		b.sh("aa force-stop %s", bundle)
		if out := b.sh(list); out != "" {
			t.Errorf("a kill left %q", out)
		}
	})
	t.Run("frozen", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) {
			o.AppTimeout = 1
			o.Launch = func(device.InstalledApp, wire.Role) (process.Options, error) { return process.Self("frozen") }
		})
		b.sh("aa start -a EntryAbility -b %s", bundle)
		if out := b.sh(list); !strings.HasPrefix(out, "appfreeze-"+bundle+"-20020000-") {
			t.Errorf("a frozen app left %q", out)
		}
	})
	t.Run("crashed", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) {
			o.Launch = func(device.InstalledApp, wire.Role) (process.Options, error) { return process.Self("crash") }
		})
		b.sh("aa start -a EntryAbility -b %s", bundle)
		out := b.sh(list)
		if !strings.HasPrefix(out, "cppcrash-"+bundle+"-20020000-") {
			t.Fatalf("a crash left %q", out)
		}
		if out := b.sh("cat /data/log/faultlog/faultlogger/%s", out); !strings.Contains(out, "Module name:"+bundle) {
			t.Errorf("its log says %q", out)
		}
		for range 40 {
			b.sh("aa start -a EntryAbility -b %s", bundle)
		}
		if n := strings.Count(b.sh(list), "\n"); n != 32 {
			t.Errorf("%d logs are kept, want 32", n)
		}
	})
}
