// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestOpenReadsEveryProfile(t *testing.T) {
	for _, want := range fixtures.Profiles() {
		t.Run(want.Name, func(t *testing.T) {
			d := open(t, newScript(t, want.Name))
			got := d.Profile()
			if got.Type != want.DeviceType || got.API != want.API || got.RawType != want.Params["const.product.devicetype"] {
				t.Errorf("type %q (raw %q), API %d; want %q, %d", got.Type, got.RawType, got.API, want.DeviceType, want.API)
			}
			if !got.Simulated || got.Emulator || !got.UserBuild {
				t.Errorf("simulated %v, emulator %v, user build %v; want true, false, true", got.Simulated, got.Emulator, got.UserBuild)
			}
			if got.OSVersion != want.Params["const.product.os.dist.version"] || len(got.ABIs) != 1 || got.ABIs[0] != "arm64-v8a" {
				t.Errorf("OS %q, ABIs %q", got.OSVersion, got.ABIs)
			}
			if app := d.App(); app.Ability != "EntryAbility" || app.Bundle != bundle {
				t.Errorf("app %+v, want the home ability EntryAbility", app)
			}
			if d.Key() != "SERIAL7" {
				t.Errorf("key %q", d.Key())
			}
		})
	}
}

func TestOpenJudgesTheProfile(t *testing.T) {
	phone, _ := fixtures.ProfileOf("phone")
	with := func(changes ...string) map[string]string {
		values := map[string]string{}
		for k, v := range phone.Params {
			values[k] = v
		}
		for i := 0; i < len(changes); i += 2 {
			if changes[i+1] == "" {
				delete(values, changes[i])
			} else {
				values[changes[i]] = changes[i+1]
			}
		}
		return values
	}
	tests := []struct {
		name    string
		params  map[string]string
		want    device.Profile // Type, Simulated and Emulator are compared
		refused []string
	}{
		{"a real phone", with("const.product.model", "ALN-AL00"), device.Profile{Type: "phone"}, nil},
		{"the emulator by its model", with("const.product.model", "emulator"), device.Profile{Type: "phone", Emulator: true}, nil},
		{"the emulator by its name", with("const.product.model", "X", "ohos.qemu.hvd.name", "Mate"), device.Profile{Type: "phone", Emulator: true}, nil},
		{"a raw watch", with("const.product.devicetype", "watch"), device.Profile{Type: "wearable", Simulated: true}, nil},
		{"a wearable", with("const.product.devicetype", "wearable"), device.Profile{Type: "wearable", Simulated: true}, nil},
		{"a PC that says pc", with("const.product.devicetype", "pc"), device.Profile{Type: "2in1", Simulated: true}, nil},
		{"the type by its other name", with("const.product.devicetype", "", "const.build.characteristics", "tv"), device.Profile{Type: "tv", Simulated: true}, nil},
		{"a board", with("const.product.devicetype", "default"), device.Profile{}, []string{`"default"`, "development board", "phone, tablet, 2in1, wearable, tv"}},
		{"a car", with("const.product.devicetype", "car"), device.Profile{}, []string{`"car"`, "do not list cars"}},
		{"a lite watch", with("const.product.devicetype", "fitnessWatch"), device.Profile{}, []string{"lite wearable"}},
		{"an unheard-of type", with("const.product.devicetype", "fridge"), device.Profile{}, []string{`"fridge"`, "not known"}},
		{"no type", with("const.product.devicetype", "", "const.build.characteristics", ""), device.Profile{}, []string{"gives no type"}},
		{"not started up", with("bootevent.boot.completed", "false"), device.Profile{}, []string{"has not started up", "param get bootevent.boot.completed"}},
		{"no API level", with("const.ohos.apiversion", ""), device.Profile{}, []string{"const.ohos.apiversion", "HarmonyOS 5"}},
		{"an API level that is no number", with("const.ohos.apiversion", "twenty"), device.Profile{}, []string{`"twenty"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.params(tt.params)
			d, err := device.Open(t.Context(), s, "SERIAL7", device.App{})
			if tt.refused != nil {
				mentions(t, err, tt.refused...)
				if refusal := (*device.ProfileError)(nil); !errors.As(err, &refusal) {
					t.Errorf("error %T, want a *ProfileError", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := d.Profile()
			if got.Type != tt.want.Type || got.Simulated != tt.want.Simulated || got.Emulator != tt.want.Emulator {
				t.Errorf("type %q, simulated %v, emulator %v; want %+v", got.Type, got.Simulated, got.Emulator, tt.want)
			}
		})
	}
}

func TestOpenFindsTheHomeAbility(t *testing.T) {
	one := func(main, name string) string {
		return bundle + ":\n" + `{"hapModuleInfos":[{"moduleName":"entry","mainAbility":"` + main + `","abilityInfos":[{"name":"Other"},{"name":"` + name + `"}]}]}`
	}
	tests := []struct {
		name, dump, home string
		wants            []string
	}{
		{"of the entry module, by its full name", testdata(t, "bm-dump.txt"), "EntryAbility", nil},
		{"by equal names", one("Main", "Main"), "Main", nil},
		{"main is the full name", one("com.example.app.Main", "Main"), "Main", nil},
		{"the ability has the full name", one("Main", "com.example.app.Main"), "com.example.app.Main", nil},
		{"a name that only ends alike is another", one("OtherMain", "Main"), "", []string{"--ability", "Other, Main"}},
		{"by the skill of a desktop icon", bundle + ":\n" + `{"hapModuleInfos":[{"abilityInfos":[{"name":"A"},{"name":"B","skills":[{"actions":["action.system.home"],"entities":["entity.system.home"]}]}]}]}`, "B", nil},
		{"at the bundle's own level", bundle + ":\n" + `{"mainAbility":"A","abilityInfos":[{"name":"A"}]}`, "A", nil},
		{"a field of another type", bundle + ":\n" + `{"mainEntry":7,"hapModuleInfos":[{"mainAbility":"A","abilityInfos":[{"name":"A"}]}]}`, "A", nil},
		{"no ability at all", bundle + ":\n{}", "", []string{bundle, "UIAbility"}},
		{"not installed", "error: failed to get information and the parameters may be wrong.\n", "", []string{bundle, "SERIAL7", "install -r FILE.hap", "bm dump -a"}},
		{"no JSON", bundle + ":\n", "", []string{"bm dump", "no JSON object"}},
		{"half a JSON", bundle + ":\n{\"hapModuleInfos\":[", "", []string{"bm dump", "hdc shell"}},
		{"a name that is none", bundle + ":\n" + `{"hapModuleInfos":[{"mainAbility":"-D;x","abilityInfos":[{"name":"-D;x"}]}]}`, "", []string{"ability"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.says(`^bm dump -n com.example.app$`, tt.dump)
			d, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle})
			if tt.wants != nil {
				mentions(t, err, tt.wants...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := d.App().Ability; got != tt.home {
				t.Errorf("home ability %q, want %q", got, tt.home)
			}
		})
	}
}

func TestOpenTellsThatTheAppIsNotInstalled(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^bm dump`, "error: failed to get information and the parameters may be wrong.\n")
	_, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle, Ability: "EntryAbility"})
	var missing *device.NotInstalledError
	if !errors.As(err, &missing) || missing.Bundle != bundle {
		t.Errorf("error %v, want a *NotInstalledError also where the ability is named", err)
	}
}

func TestOpenTakesANamedAbility(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^bm dump`, "nothing that could be read\n")
	d, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle, Ability: "MyAbility"})
	if err != nil || d.App().Ability != "MyAbility" {
		t.Errorf("app %+v, error %v", d.App(), err)
	}
}

func TestOpenSendsNothingForABadName(t *testing.T) {
	for _, app := range []device.App{
		{Bundle: "com.example;ls"}, {Bundle: "-n"}, {Bundle: "com.example.app", Ability: "A;B"},
		{Bundle: "com.example.app", Module: "$(x)"},
	} {
		s := newScript(t, "phone")
		_, err := device.Open(t.Context(), s, "SERIAL7", app)
		var bad *hdc.ArgumentError
		if !errors.As(err, &bad) {
			t.Errorf("%+v: error %v, want a *hdc.ArgumentError", app, err)
		}
		if n := len(s.sent(`.`)); n != 0 {
			t.Errorf("%+v: %d commands were sent", app, n)
		}
	}
}

func TestOpenPassesTheShellsErrorOn(t *testing.T) {
	s := newScript(t, "phone")
	s.does(`^echo @`, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{}, &hdc.TargetError{Key: "SERIAL7", Kind: hdc.Offline}
	})
	_, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle})
	var target *hdc.TargetError
	if !errors.As(err, &target) || target.Kind != hdc.Offline {
		t.Errorf("error %v, want the *hdc.TargetError", err)
	}
}

func TestOpenTellsThatAToolIsMissing(t *testing.T) {
	s := newScript(t, "phone")
	s.does(`^bm `, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{Output: []byte("/bin/sh: bm: inaccessible or not found\n"), Exit: 127}, nil
	})
	_, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle})
	var missing *device.NotOfferedError
	if !errors.As(err, &missing) || missing.Tool != "bm" || missing.DeviceType != "phone" {
		t.Errorf("error %v, want a *NotOfferedError of bm", err)
	}
	mentions(t, err, "firmware has no bm", "hdc -t SERIAL7 shell bm")
}

func TestWithoutAnAppThereIsStillAUITree(t *testing.T) {
	s := newScript(t, "phone")
	d, err := device.Open(t.Context(), s, "SERIAL7", device.App{})
	if err != nil {
		t.Fatal(err)
	}
	if _, seen, err := d.Sight(t.Context(), "n-7f3ac19e"); err != nil || !seen {
		t.Errorf("Sight = %v, %v", seen, err)
	}
	for name, err := range map[string]error{
		"Start": d.Start(t.Context(), nil), "Kill": d.Kill(t.Context()), "ForceStop": d.ForceStop(t.Context()),
	} {
		if err == nil || !strings.Contains(err.Error(), "--bundle") {
			t.Errorf("%s: error %v does not ask for a bundle name", name, err)
		}
	}
	if _, err := d.State(t.Context()); err == nil {
		t.Error("State of no app gave no error")
	}
}
