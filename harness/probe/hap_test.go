// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/hap"
)

// pack writes a package of a bundle, unsigned without signer.
func pack(t *testing.T, bundle, signer string, api int) string {
	t.Helper()
	var signature *hap.Signature
	if signer != "" {
		signature = &hap.Signature{Signer: signer}
	}
	content, err := hap.Build(hap.Profile{
		App: hap.App{BundleName: bundle, VersionCode: 1000000, VersionName: "1.0.0", MinAPIVersion: api, Debug: true},
		Module: hap.Module{Name: "entry", Type: "entry", MainElement: "EntryAbility", DeviceTypes: []string{"phone"},
			Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true, Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}}}},
	}, nil, signature)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "entry.hap")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPackagesAreProbed(t *testing.T) {
	const bundle = "com.example.packed"
	w, _ := newWorld(t, "phone")
	client := hdc.New(hdc.Options{Addr: w.HDC.Addr()})
	good := pack(t, bundle, "team", 50000012)
	if err := client.Install(t.Context(), w.Keys()[0], good, hdc.InstallOptions{}); err != nil {
		t.Fatal(err)
	}
	noZip := filepath.Join(t.TempDir(), "x.hap")
	if err := os.WriteFile(noZip, []byte("no zip"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, claim string
		outcome           probe.Outcome
		reason            string
	}{
		{"signed", good, "hdc.hap-signature", probe.Undecided, "9568320"},
		{"unsigned", pack(t, bundle, "", 12), "hdc.hap-signature", probe.Broken, "<hap sign block>"},
		{"no zip", noZip, "hdc.hap-signature", probe.Undecided, "no zip"},
		{"absent", "", "hdc.hap-signature", probe.Undecided, "--hap"},
		{"the longer number", good, "hdc.hap-api", probe.Held, ""},
		{"an API level", pack(t, bundle, "team", 12), "hdc.hap-api", probe.Held, ""},
		{"neither", pack(t, bundle, "team", 5000), "hdc.hap-api", probe.Broken, "neither"},
		{"no package", noZip, "hdc.hap-api", probe.Undecided, "cannot be read"},
		{"installed again", good, "device.bm.times", probe.Held, ""},
		{"of another key", pack(t, bundle, "others", 12), "device.bm.times", probe.Undecided, "refuses"},
		{"of another app", pack(t, "com.example.other", "team", 12), "device.bm.times", probe.Undecided, "nothing was installed"},
		{"nothing to install", "", "device.bm.times", probe.Undecided, "--hap"},
	} {
		c, ok := fixtures.ClaimOf(tt.claim)
		if !ok {
			t.Fatalf("there is no claim %s", tt.claim)
		}
		s, err := probe.Device(t.Context(), probe.DeviceOptions{Client: client, Key: w.Keys()[0], Bundle: bundle, HAP: tt.file, Claims: []fixtures.Claim{c}})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.Results[0]; r.Outcome != tt.outcome || !strings.Contains(r.Reason, tt.reason) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
	if got, err := client.Shell(t.Context(), w.Keys()[0], hdc.Cmd("bm", "dump", "-a")); err != nil || strings.Contains(string(got.Output), "com.example.other") {
		t.Errorf("another app was installed: %q, %v", got.Output, err)
	}
}
