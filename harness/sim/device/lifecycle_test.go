// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/app"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// methods returns the lifecycle calls in their order.
func (b *bench) methods() []string {
	var all []string
	for _, c := range b.Calls() {
		if name, ok := strings.CutPrefix(c.Method, "ability."); ok {
			all = append(all, name)
		}
	}
	return all
}

func TestLifecycleOfAnAbility(t *testing.T) {
	b := newBench(t)
	b.start()
	b.start()
	b.home()
	b.start()
	if got := fmt.Sprint(b.methods()); got != "[onCreate onForeground onNewWant onBackground onNewWant onForeground]" {
		t.Errorf("the app was called %s", got)
	}
}

func TestOnlyOneAppIsInFront(t *testing.T) {
	other := plain(func(a *device.InstalledApp) { a.Bundle = "com.example.other" })
	b := newBench(t, apps(plain(), other))
	b.start()
	b.sh("aa start -a EntryAbility -b com.example.other")
	s := b.State()
	if s.Front != "com.example.other" || b.app().Foreground {
		t.Errorf("in front: %q; the first app is still there: %t", s.Front, b.app().Foreground)
	}
	b.kill()
	if got := b.State().Front; got != "com.example.other" {
		t.Errorf("the death of an app in the background put %q in front", got)
	}
}

func TestBackgroundProcessIsSuspendedAndResumed(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.allow()
	b.home()
	if b.app().Suspended {
		t.Fatal("suspended without grace")
	}
	b.clock.Advance(device.DefaultSuspendGrace)
	b.until("suspended", func(s device.State) bool { a, _ := s.App(bundle); return a.Suspended })
	pid := b.app().PID
	b.want(b.push(0, alert("")), sim.Delivered)
	b.want(b.push(6, extra("kept")), sim.ProcessAbsent)
	if !b.app().Suspended {
		t.Error("a push that calls nobody woke the app")
	}
	if out := b.sh("aa dump -l"); !strings.Contains(out, "app state #BACKGROUND") {
		t.Errorf("aa dump -l said %q", out)
	}
	b.start()
	if a := b.app(); a.Suspended || a.PID != pid {
		t.Errorf("brought forward: %+v", a)
	}
	b.until("the kept message", func(device.State) bool { return len(b.calls(seam.OnMessage)) == 1 })
}

func TestSuspendModes(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) { o.SuspendGrace = -1 })
		b.start()
		b.home()
		b.until("suspended", func(s device.State) bool { a, _ := s.App(bundle); return a.Suspended })
		b.kill()
		if b.app().Suspended {
			t.Error("a dead process is suspended")
		}
	})
	t.Run("never", func(t *testing.T) {
		b := newBench(t, func(o *device.Options) { o.SuspendBackground = device.SuspendNever })
		b.start()
		b.home()
		b.clock.Advance(device.DefaultSuspendGrace * 1000)
		if b.app().Suspended {
			t.Error("suspended")
		}
	})
}

func TestForceStopEndsTheApp(t *testing.T) {
	b := newBench(t)
	b.start()
	if out := b.sh("aa force-stop %s", bundle); out != "force stop process successfully.\n" {
		t.Errorf("aa force-stop said %q", out)
	}
	if a := b.app(); a.PID != 0 || b.State().Front != "" {
		t.Errorf("after the stop: %+v, front %q", a, b.State().Front)
	}
	if out := b.sh("aa force-stop %s", bundle); out != "force stop process successfully.\n" {
		t.Errorf("with nothing to stop it said %q", out)
	}
}

func TestDevicedebugRefuses(t *testing.T) {
	b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.Release = true })))
	b.start()
	if out := b.sh("devicedebug kill -9 $(pidof %s)", bundle); !strings.Contains(out, "is not debuggable app") {
		t.Errorf("for a release app it said %q", out)
	}
	if out := b.sh("devicedebug kill -9 1"); out != "devicedebug: kill: 1: No such app process\n" {
		t.Errorf("for init it said %q", out)
	}
	if b.app().PID == 0 {
		t.Error("the release app is dead")
	}
}

func TestAppThatCannotBeStarted(t *testing.T) {
	b := newBench(t, func(o *device.Options) {
		o.Launch = func(device.InstalledApp, wire.Role) (process.Options, error) {
			return process.Options{Path: "/nowhere"}, nil
		}
	})
	if out := b.sh("aa start -a EntryAbility -b %s", bundle); !strings.Contains(out, "Error Code:10108101") {
		t.Errorf("aa start said %q", out)
	}
}

// An app whose process says nothing is killed as frozen; others go on.
func TestFrozenAppIsKilled(t *testing.T) {
	b := newBench(t, func(o *device.Options) {
		o.AppTimeout = 1
		o.Launch = func(device.InstalledApp, wire.Role) (process.Options, error) {
			return process.Self("frozen")
		}
	})
	if out := b.sh("aa start -a EntryAbility -b %s", bundle); out != "start ability successfully.\n" {
		t.Errorf("aa start said %q", out)
	}
	if a := b.app(); a.PID != 0 {
		t.Errorf("the frozen app lives: %+v", a)
	}
	if out := b.sh("hilog -x"); !strings.Contains(out, "APP_FREEZE") {
		t.Errorf("the log says %q", out)
	}
}

// Whatever is killed and started at the same time, one process at most stays,
// and none after Close (goleak and the bench's Close see to the rest).
func TestStartsAndKillsAtTheSameTime(t *testing.T) {
	b := newBench(t)
	b.start()
	var work sync.WaitGroup
	for range 4 {
		work.Add(2)
		go func() {
			defer work.Done()
			for range 10 {
				b.sh("aa start -a EntryAbility -b %s", bundle)
				b.push(6, extra("x"))
			}
		}()
		go func() {
			defer work.Done()
			for range 10 {
				b.sh("aa force-stop %s; uitest uiInput keyEvent Home", bundle)
			}
		}()
	}
	work.Wait()
	b.start()
	b.want(b.push(6, extra("fence")), sim.Delivered)
	if out := b.sh("pidof %s", bundle); strings.Count(out, " ") != 0 {
		t.Errorf("several processes: %q", out)
	}
}

func TestCloseWithASuspendedApp(t *testing.T) {
	b := newBench(t, func(o *device.Options) { o.SuspendGrace = -1 })
	b.start()
	b.home()
	b.until("suspended", func(s device.State) bool { a, _ := s.App(bundle); return a.Suspended })
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if a := b.app(); a.PID != 0 || ctx.Err() != nil {
		t.Errorf("after Close: %+v, %v", a, ctx.Err())
	}
	b.want(b.pushTo("any", 6, "", extra("x")), sim.Other)
	if out := b.sh("aa start -a EntryAbility -b %s", bundle); strings.Contains(out, "successfully") {
		t.Errorf("a device that is off started an app: %q", out)
	}
}

func TestOfflineDevice(t *testing.T) {
	b := newBench(t)
	b.start()
	b.SetOnline(false)
	if b.Online() {
		t.Error("online")
	}
	b.SetOnline(true)
	if !b.Online() || b.cloud.back != 1 {
		t.Errorf("online %t, the cloud was told %d times", b.Online(), b.cloud.back)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]device.Options{
		"no key": {}, "no clock": {Key: "k"},
	} {
		if _, err := device.New(o); err == nil {
			t.Errorf("%s: a device was made", name)
		}
	}
	b := newBench(t)
	for name, alter := range map[string]func(*device.InstalledApp){
		"no bundle": func(a *device.InstalledApp) { a.Bundle = "" },
		"a path":    func(a *device.InstalledApp) { a.Bundle = "../x" },
		"no home":   func(a *device.InstalledApp) { a.Abilities = a.Abilities[1:] },
	} {
		if err := b.Install(plain(alter)); err == nil {
			t.Errorf("%s: it was installed", name)
		}
	}
	if app.Role != "app" {
		t.Error("programs look for another role")
	}
}
