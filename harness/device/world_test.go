// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// simulated is a device of that type in a world of its own, driven through the
// world's hdc server, with an app that has no agent. params alter its profile.
func simulated(t *testing.T, deviceType string, params map[string]string) (*device.Device, *hdc.Client, *phones.Device) {
	t.Helper()
	w, err := world.New(t.Context(), world.Options{Types: []string{deviceType}, Device: func(o *phones.Options) {
		o.Profile.Params = maps.Clone(o.Profile.Params)
		maps.Copy(o.Profile.Params, params)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := w.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	client := hdc.New(hdc.Options{Addr: w.HDC.Addr()})
	d, err := device.Open(t.Context(), client, w.Keys()[0], device.App{Bundle: world.PlainBundle})
	if err != nil {
		t.Fatal(err)
	}
	return d, client, w.Device(d.Key())
}

// start starts the app and returns its process's id.
func start(t *testing.T, d *device.Device) int {
	t.Helper()
	if err := d.Start(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	now, err := d.Await(t.Context(), device.Foreground)
	if err != nil {
		t.Fatal(err)
	}
	return now.PID
}

func TestASimulatedAppIsStoppedInEachWay(t *testing.T) {
	d, _, phone := simulated(t, "phone", nil)
	tests := []struct {
		how device.Stop
		do  func(context.Context) error
	}{
		{device.StopKilled, d.Kill},
		{device.StopForced, d.ForceStop},
		{device.StopCleared, d.ClearData},
		{device.StopSwiped, func(ctx context.Context) error {
			if err := phone.SwipeAway(ctx, world.PlainBundle); err != nil { // by hand
				return err
			}
			return d.AwaitSwipe(ctx)
		}},
	}
	for _, tt := range tests {
		pid := start(t, d)
		if now, err := d.State(t.Context()); err != nil || now.App != device.Foreground || now.Stop != device.StopUnknown {
			t.Errorf("before it is %s: %v, %v", tt.how, now, err)
		}
		if err := tt.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		death, err := d.WaitGone(t.Context(), pid)
		if err != nil || death.PID != pid || death.How != tt.how {
			t.Errorf("%s: %v, %v", tt.how, death, err)
		}
		if now, err := d.State(t.Context()); err != nil || now.App != device.Stopped || now.Stop != tt.how {
			t.Errorf("%s: state %v, %v", tt.how, now, err)
		}
	}
}

func TestASimulatedScreenIsKeptOnAndRestored(t *testing.T) {
	d, _, _ := simulated(t, "tablet", nil)
	for _, text := range []string{"screen=on", "screen=off"} {
		c, err := device.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SetCondition(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.RestoreAll(t.Context()); err != nil || len(d.Changed()) != 0 {
		t.Errorf("RestoreAll = %v, changed %q", err, d.Changed())
	}
	start(t, d) // no lock screen is in the way
}

func TestASimulatedPhoneIsLockedAndUnlocked(t *testing.T) {
	d, _, _ := simulated(t, "phone", nil)
	pid := start(t, d)
	locked, err := d.SetCondition(t.Context(), device.Condition{Kind: device.ConditionLock, Value: device.Locked})
	if err != nil {
		t.Fatal(err)
	}
	if now, err := d.State(t.Context()); err != nil || !now.Locked || now.PID != pid {
		t.Errorf("state %v, %v; want it under the lock screen", now, err)
	}
	var refused *device.StartError
	if err := d.Start(t.Context(), nil); !errors.As(err, &refused) || !refused.Locked() {
		t.Errorf("Start = %v, want it refused for the lock screen", err)
	}
	mentions(t, refused, "unlock the device")
	if err := locked.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := d.LockState(t.Context()); err != nil || !now.Known || now.Locked {
		t.Errorf("lock state %v, %v", now, err)
	}
	start(t, d)
}

func TestASimulatedNetworkIsMadeBadAndRestored(t *testing.T) {
	d, client, phone := simulated(t, "phone", nil)
	set := func(value string) {
		t.Helper()
		if _, err := d.SetCondition(t.Context(), onNetwork(value)); err != nil {
			t.Fatal(err)
		}
	}
	set("metro")
	few := numbers
	few.DownlinkDropRate = 5
	set(few.Value())
	if !phone.Online() {
		t.Error("a bad network is none at all")
	}
	set(device.NetworkOffline)
	if phone.Online() {
		t.Error("offline, the device is reached")
	}
	for range 2 {
		if err := d.RestoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	list, err := client.Shell(t.Context(), d.Key(), hdc.Raw("netcopilot -e 1; netcopilot -p; netcopilot -e 0"))
	if err != nil || strings.Contains(string(list.Output), "pushproof-") || !strings.Contains(string(list.Output), "Disable") {
		t.Errorf("left: %s, %v", list.Output, err)
	}
	if !phone.Online() {
		t.Error("the network is not restored")
	}
}

func TestASimulatedDateIsSetAndRestored(t *testing.T) {
	d, client, _ := simulated(t, "2in1", map[string]string{"const.ohos.apiversion": "26"})
	day := func() string {
		t.Helper()
		got, err := client.Shell(t.Context(), d.Key(), hdc.Cmd("date", "+%Y-%m-%d"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(got.Output))
	}
	before := day()
	if _, err := d.SetCondition(t.Context(), device.Condition{Kind: device.ConditionDate, Value: "2031-05-17 12:00:00"}); err != nil {
		t.Fatal(err)
	}
	if got := day(); got != "2031-05-17" {
		t.Errorf("it is %s, want 2031-05-17", got)
	}
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := day(); got != before && got != time.Now().Format(time.DateOnly) {
		t.Errorf("it is %s, was %s", got, before)
	}
}

// What a simulated device of another build lacks, nothing is tried with.
func TestASimulatedBuildWithoutTheTools(t *testing.T) {
	d, client, _ := simulated(t, "phone", map[string]string{"const.ohos.apiversion": "18", "const.security.developermode.state": "false"})
	for text, do := range map[string]func(context.Context) error{
		"netcopilot": func(ctx context.Context) error {
			_, err := d.SetCondition(ctx, onNetwork("metro"))
			return err
		},
		"testhelper": func(ctx context.Context) error {
			_, err := d.SetCondition(ctx, newYear)
			return err
		},
		"developer mode": d.ClearData,
	} {
		var absent *device.NotOfferedError
		if err := do(t.Context()); !errors.As(err, &absent) {
			t.Errorf("%s: error %v, want a *NotOfferedError", text, err)
			continue
		}
		mentions(t, absent, text)
	}
	got, err := client.Shell(t.Context(), d.Key(), hdc.Cmd("netcopilot", "-p"))
	if err != nil || got.Exit != 127 {
		t.Errorf("the device has netcopilot after all: %s, %v", got.Output, err)
	}
	if changed := d.Changed(); len(changed) != 0 {
		t.Errorf("changed %q", changed)
	}
}

// team makes a package of an app that a simulated device takes.
func team(t *testing.T, name string, code int) string {
	t.Helper()
	content, err := hap.Build(hap.Profile{
		App: hap.App{BundleName: "com.example.shop", VersionCode: code, VersionName: "1", Debug: true},
		Module: hap.Module{Name: "entry", Type: "entry", Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true,
			Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}}}},
	}, nil, &hap.Signature{Signer: "team"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASimulatedDeviceIsInstalledOnOnlyWhereItMust(t *testing.T) {
	plain, client, _ := simulated(t, "phone", nil)
	d, err := device.Open(t.Context(), client, plain.Key(), device.App{})
	if err != nil {
		t.Fatal(err)
	}
	first, second := team(t, "shop.hap", 1), team(t, "shop.hap", 2)
	steps := []struct {
		name, path     string
		before         func() error
		changed, fresh bool
	}{
		{"nothing was there", first, nil, true, true},
		{"the same", first, nil, false, false},
		{"another build", second, nil, true, false},
		{"the same in between by hand", second, func() error {
			return client.Install(t.Context(), d.Key(), second, hdc.InstallOptions{})
		}, true, false},
		{"the same after that", second, nil, false, false},
		{"uninstalled by hand", second, func() error {
			return client.Uninstall(t.Context(), d.Key(), "com.example.shop", false)
		}, true, true},
	}
	for _, step := range steps {
		if step.before != nil {
			if err := step.before(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := d.InstallIfChanged(t.Context(), []string{step.path})
		if err != nil || got.Changed != step.changed || got.Fresh != step.fresh || got.TokenEnds != step.fresh || got.Note != "" {
			t.Errorf("%s: %+v, %v", step.name, got, err)
		}
	}
	shop, err := device.Open(t.Context(), client, d.Key(), device.App{Bundle: "com.example.shop"})
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.Uninstall(t.Context(), false); err != nil {
		t.Error(err)
	}
	if v, err := d.Installed(t.Context(), "com.example.shop"); err != nil || v.Found {
		t.Errorf("Installed = %+v, %v", v, err)
	}
}
