// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

var (
	_ hdcd.Target   = (*device.Device)(nil)
	_ hdcd.Storage  = (*device.Device)(nil)
	_ hdcd.Rebooter = (*device.Device)(nil)
)

const newBundle = "com.example.fresh"

// profile describes an app that can be installed on a phone.
func profile(bundle string, alter ...func(*hap.Profile)) hap.Profile {
	p := hap.Profile{
		App: hap.App{BundleName: bundle, VersionCode: 2, VersionName: "0.2", MinAPIVersion: 12},
		Module: hap.Module{Name: "entry", Type: "entry", DeviceTypes: []string{"phone"},
			Abilities: []hap.Ability{{Name: "MainAbility", Exported: true,
				Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}}},
			Extensions: []hap.Extension{{Name: "PushExt", Type: "remoteNotification"}}},
	}
	for _, f := range alter {
		f(&p)
	}
	return p
}

var team = &hap.Signature{Signer: "team"}

// put writes a file of the device.
func put(t *testing.T, d *device.Device, name string, content []byte) {
	t.Helper()
	file, err := d.CreateFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// install has bm install a package, and returns what it says.
func install(t *testing.T, b *bench, p hap.Profile, files map[string][]byte, s *hap.Signature, options string) string {
	t.Helper()
	content, err := hap.Build(p, files, s)
	if err != nil {
		t.Fatal(err)
	}
	put(t, b.Device, "/data/local/tmp/x.hap", content)
	return run(b, "bm install "+options+" -p /data/local/tmp/x.hap")
}

func run(b *bench, line string) string {
	var out bytes.Buffer
	b.Shell(context.Background(), line, strings.NewReader(""), &out)
	return out.String()
}

const installed = "install bundle successfully.\n"

func refused(code int, text string) string {
	return fmt.Sprintf("error: failed to install bundle.\ncode:%d\nerror: %s\n", code, text)
}

func TestAnAppIsInstalledFromItsPackage(t *testing.T) {
	b := newBench(t)
	if got := install(t, b, profile(newBundle), nil, team, "-r"); got != installed {
		t.Fatalf("%q", got)
	}
	dump := run(b, "bm dump -n "+newBundle)
	for _, want := range []string{`"MainAbility"`, `"PushExt"`, `"versionName": "0.2"`, `"versionCode": 2`, `"appProvisionType": "debug"`} {
		if !strings.Contains(dump, want) {
			t.Errorf("the dump lacks %s:\n%s", want, dump)
		}
	}
	if got := run(b, "bm uninstall -n "+newBundle); got != "uninstall bundle successfully.\n" {
		t.Errorf("%q", got)
	}
	if got := run(b, "bm uninstall -n "+newBundle); !strings.Contains(got, "code:9568386\n") {
		t.Errorf("%q", got)
	}
}

func TestATokenOutlivesAnUpdateAndNotAFreshInstall(t *testing.T) {
	b := newBench(t)
	if got := install(t, b, profile(newBundle), nil, team, ""); got != installed {
		t.Fatalf("%q", got)
	}
	b.TokenForTest(newBundle, "token-1")
	if got := install(t, b, profile(newBundle), nil, team, "-r"); got != installed {
		t.Fatalf("%q", got)
	}
	if got := b.TokenOfTest(newBundle); got != "token-1" {
		t.Errorf("after an update: %q", got)
	}
	if got := run(b, "bm uninstall -n "+newBundle); !strings.HasPrefix(got, "uninstall bundle successfully.") {
		t.Fatalf("%q", got)
	}
	if reason, dropped := b.cloud.reason("token-1"); !dropped || reason != sim.AppUninstalled {
		t.Errorf("the cloud was told %v, %v", reason, dropped)
	}
	if got := install(t, b, profile(newBundle), nil, team, ""); got != installed {
		t.Fatalf("%q", got)
	}
	if got := b.TokenOfTest(newBundle); got != "" {
		t.Errorf("after a fresh install: %q", got)
	}
}

func TestPackagesThatAreRefused(t *testing.T) {
	lib := func(abi string) map[string][]byte { return map[string][]byte{"libs/" + abi + "/libentry.so": nil} }
	tests := []struct {
		name    string
		profile hap.Profile
		files   map[string][]byte
		signed  *hap.Signature
		options string
		want    string
	}{
		{"unsigned", profile(newBundle), nil, nil, "", refused(9568320, "no signature file.")},
		{"another key", profile(bundle), nil, &hap.Signature{Signer: "stranger"}, "-r", refused(9568332, "install sign info inconsistent.")},
		{"an older version", profile(bundle, func(p *hap.Profile) { p.App.VersionCode = 1 }), nil, team, "", refused(9568263, "install version downgrade.")},
		{"an older version, allowed", profile(bundle, func(p *hap.Profile) { p.App.VersionCode = 1 }), nil, team, "-d", installed},
		{"a newer system", profile(newBundle, func(p *hap.Profile) { p.App.MinAPIVersion = 50000099 }), nil, team, "", refused(9568297, "install failed due to older sdk version in the device.")},
		{"for watches", profile(newBundle, func(p *hap.Profile) { p.Module.DeviceTypes = []string{"wearable"} }), nil, team, "", refused(9568413, "the device type is not supported.")},
		{"without a home", profile(newBundle, func(p *hap.Profile) { p.Module.Abilities = nil }), nil, team, "", refused(9568344, "install parse profile prop check error.")},
		{"a foreign processor", profile(newBundle), lib("riscv64"), team, "", refused(9568347, "install parse native so failed.")},
		{"this processor", profile(newBundle), lib("arm64-v8a"), team, "", installed},
		{"a user and a time", profile(newBundle), nil, team, "-r -u 100 -w 180", installed},
		{"a release key", profile(newBundle), nil, &hap.Signature{Signer: "team", Release: true}, "", installed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, func(o *device.Options) { o.Apps[0].Signer, o.Apps[0].VersionCode = "team", 2 })
			if got := install(t, b, test.profile, test.files, test.signed, test.options); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	t.Run("no package at all", func(t *testing.T) {
		b := newBench(t)
		put(t, b.Device, "/data/local/tmp/x.hap", []byte("not a hap\n"))
		if got, want := run(b, "bm install -r -p /data/local/tmp/x.hap"), refused(9568320, "no signature file."); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// The device invents no codes.
func TestEveryCodeOfTheDeviceIsInTheTable(t *testing.T) {
	for _, code := range device.CodesForTest() {
		if _, known := fixtures.InstallCodeOf(int(code)); !known {
			t.Errorf("fixtures.InstallCodes lacks %d", code)
		}
	}
}

func TestFilesCanBeVerified(t *testing.T) {
	b := newBench(t)
	put(t, b.Device, "/data/local/tmp/x", []byte("text\n"))
	for line, want := range map[string]string{
		"sha256sum /data/local/tmp/x":          "b9e68e1bea3e5b19ca6b2f98b73a54b73daafaa250484902e09982e07a12e733  /data/local/tmp/x\n",
		"printf 'text\\n' | sha256sum":         "b9e68e1bea3e5b19ca6b2f98b73a54b73daafaa250484902e09982e07a12e733  -\n",
		"stat -c %s /data/local/tmp/x":         "5\n",
		"stat -c '%n %F' /data/local/tmp":      "/data/local/tmp directory\n",
		"sha256sum /data/local/tmp/y; echo $?": "sha256sum: /data/local/tmp/y: No such file or directory\n1\n",
		"stat -c %s /data/local/tmp/y":         "stat: /data/local/tmp/y: No such file or directory\n",
	} {
		if got := run(b, line); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestInstallErrorsByCode(t *testing.T) {
	b := newBench(t, func(o *device.Options) {
		o.InstallError = func(bundle string) device.InstallCode {
			return map[string]device.InstallCode{"com.example.full": 9568288, "com.example.odd": 9568999}[bundle]
		}
	})
	full, known := fixtures.InstallCodeOf(9568288)
	if !known {
		t.Fatal("the table lacks 9568288")
	}
	for bundle, want := range map[string]string{
		"com.example.full": refused(9568288, full.Meaning+"."),
		"com.example.odd":  refused(9568999, "install failed."),
		newBundle:          installed,
	} {
		if got := install(t, b, profile(bundle), nil, team, ""); got != want {
			t.Errorf("%s: %q, want %q", bundle, got, want)
		}
	}
}

func TestDevicesOutsideDeveloperModeTakeNoDebugPackage(t *testing.T) {
	b := newBench(t, func(o *device.Options) {
		params := map[string]string{}
		for k, v := range o.Profile.Params {
			params[k] = v
		}
		params["const.security.developermode.state"] = "false"
		o.Profile.Params = params
	})
	if got := install(t, b, profile(newBundle), nil, team, ""); !strings.Contains(got, "code:9568401\n") {
		t.Errorf("%q", got)
	}
	if got := install(t, b, profile(newBundle), nil, &hap.Signature{Release: true}, ""); got != installed {
		t.Errorf("%q", got)
	}
}

func TestAFolderOfPackagesIsOneApp(t *testing.T) {
	b := newBench(t)
	feature := profile(newBundle, func(p *hap.Profile) {
		p.Module = hap.Module{Name: "more", Type: "feature", Abilities: []hap.Ability{{Name: "MoreAbility"}}}
	})
	if err := b.MakeDir("/data/local/tmp/app"); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]hap.Profile{"entry.hap": profile(newBundle), "more.hap": feature} {
		content, err := hap.Build(p, nil, team)
		if err != nil {
			t.Fatal(err)
		}
		put(t, b.Device, "/data/local/tmp/app/"+name, content)
	}
	if got := run(b, "bm install -p /data/local/tmp/app"); got != installed {
		t.Fatalf("%q", got)
	}
	if dump := run(b, "bm dump -n "+newBundle); !strings.Contains(dump, `"MoreAbility"`) || !strings.Contains(dump, `"mainEntry": "entry"`) {
		t.Errorf("%s", dump)
	}
}

func TestFilesOfTheDevice(t *testing.T) {
	b := newBench(t)
	const name = "/data/local/tmp/deep/down/a b ä.txt"
	if err := b.MakeDir("/data/local/tmp/deep/down"); err != nil {
		t.Fatal(err)
	}
	put(t, b.Device, name, []byte("text\n"))
	if got := run(b, `cat "`+name+`"`); got != "text\n" {
		t.Errorf("the shell sees %q", got)
	}
	changed := time.Unix(1_700_000_000, 0)
	if err := b.TouchFile(name, changed); err != nil {
		t.Fatal(err)
	}
	if info, err := b.StatFile(name); err != nil || !info.ModTime().Equal(changed) || info.Size() != 5 {
		t.Errorf("%v, %v", info, err)
	}
	if entries, err := b.ListFiles("/data/local/tmp/deep"); err != nil || len(entries) != 1 || !entries[0].IsDir() {
		t.Errorf("%v, %v", entries, err)
	}
	file, err := b.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(file); err != nil || string(got) != "text\n" {
		t.Errorf("%q, %v", got, err)
	}
	for _, outside := range []string{"/etc/passwd", "/data/local/tmp/../x", "/x"} {
		if _, err := b.CreateFile(outside); err == nil || !strings.Contains(err.Error(), fs.ErrPermission.Error()) {
			t.Errorf("%s: %v", outside, err)
		}
	}
	if err := b.RemoveFile("/data/local/tmp/deep"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.StatFile(name); err == nil {
		t.Error("the file is still there")
	}
}
