// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim/hap"
)

func demo() hap.Profile {
	return hap.Profile{
		App: hap.App{BundleName: "com.example.shop", VersionCode: 1000001, VersionName: "1.0.1", MinAPIVersion: 50000012, Debug: true},
		Module: hap.Module{Name: "entry", Type: "entry", MainElement: "EntryAbility", DeviceTypes: []string{"phone"},
			Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true, Skills: []hap.Skill{{Entities: []string{"entity.system.home"}}}}}},
	}
}

func build(t testing.TB, p hap.Profile, files map[string][]byte, s *hap.Signature) []byte {
	t.Helper()
	b, err := hap.Build(p, files, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(b []byte) (*hap.Package, error) { return hap.Read(bytes.NewReader(b), int64(len(b))) }

func TestWhatIsBuiltIsRead(t *testing.T) {
	libs := map[string][]byte{"libs/arm64-v8a/libentry.so": []byte("elf"), "libs/x86_64/libentry.so": []byte("elf"), "ets/modules.abc": nil}
	tests := map[string]*hap.Signature{
		"unsigned": nil,
		"debug":    {Signer: "team"},
		"release":  {Signer: "team", Release: true},
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := read(build(t, demo(), libs, s))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(demo(), p.Profile); diff != "" {
				t.Errorf("profile (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(s, p.Signature); diff != "" {
				t.Errorf("signature (-want +got):\n%s", diff)
			}
			if !slices.Equal(p.ABIs, []string{"arm64-v8a", "x86_64"}) || !slices.Equal(p.Libraries, []string{"libentry.so"}) {
				t.Errorf("libraries: %v %v", p.ABIs, p.Libraries)
			}
		})
	}
}

func TestAPILevel(t *testing.T) {
	for min, want := range map[int]int{0: 0, 12: 12, 50000012: 12, 60000020: 20, 50001013: 13} {
		if got := (hap.App{MinAPIVersion: min}).API(); got != want {
			t.Errorf("%d: %d, want %d", min, got, want)
		}
	}
}

func TestWhatIsNoPackage(t *testing.T) {
	nameless := demo()
	nameless.App.BundleName = ""
	signed := build(t, demo(), nil, &hap.Signature{Signer: "team"})
	for name, b := range map[string][]byte{
		"nothing":          nil,
		"text":             []byte("not a hap\n"),
		"half":             signed[:len(signed)/2],
		"without a bundle": build(t, nameless, nil, nil),
	} {
		if p, err := read(b); !errors.Is(err, hap.ErrProfile) || p.Signature != nil {
			t.Errorf("%s: %v, signature %v", name, err, p.Signature)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("not a hap\n"))
	f.Add(build(f, demo(), nil, nil))
	f.Add(build(f, demo(), map[string][]byte{"libs/x86_64/liba.so": nil}, &hap.Signature{Signer: "team"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := read(b)
		if err == nil && (p.Profile.App.BundleName == "" || p.Profile.Module.Name == "") {
			t.Error("a package without a name was accepted")
		}
	})
}
