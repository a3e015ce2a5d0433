// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// simulated is a device of that type in a world of its own, driven through the
// world's hdc server, with an app that has no agent.
func simulated(t *testing.T, deviceType string) (*device.Device, *hdc.Client) {
	t.Helper()
	w, err := world.New(t.Context(), world.Options{Types: []string{deviceType}})
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
	return d, client
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
	d, _ := simulated(t, "phone")
	tests := []struct {
		how device.Stop
		do  func(context.Context) error
	}{
		{device.StopKilled, d.Kill},
		{device.StopForced, d.ForceStop},
		{device.StopCleared, d.ClearData},
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
	d, _ := simulated(t, "tablet")
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
	d, _ := simulated(t, "phone")
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
	plain, client := simulated(t, "phone")
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
