// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

var _ hdcd.Chmodder = (*device.Device)(nil)

func TestFind(t *testing.T) {
	b := newBench(t)
	run(b, "mkdir -p /data/local/tmp/d/sub/empty")
	put(t, b.Device, "/data/local/tmp/d/one", []byte("1"))
	put(t, b.Device, "/data/local/tmp/d/sub/a b", []byte("2"))
	for line, want := range map[string]string{
		"find /data/local/tmp/d -type f":   "/data/local/tmp/d/one\n/data/local/tmp/d/sub/a b\n",
		"find /data/local/tmp/d/ -type d":  "/data/local/tmp/d/\n/data/local/tmp/d/sub\n/data/local/tmp/d/sub/empty\n",
		"cd /data/local/tmp/d; find sub":   "sub\nsub/a b\nsub/empty\n",
		"find /data/local/tmp/e; echo $?":  "find: /data/local/tmp/e: No such file or directory\n1\n",
		"find /data/local/tmp -size 1":     "find: the simulated tool knows -type f and -type d only\n",
		"find /data/local/tmp/d/one":       "/data/local/tmp/d/one\n",
		"test -d /data/local/tmp/d/one":    "",
		"test -d /data/local/tmp/d; echo0": "/bin/sh: echo0: inaccessible or not found\n",
	} {
		if got := run(b, line); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestModesAreKept(t *testing.T) {
	b := newBench(t)
	put(t, b.Device, "/data/local/tmp/x", nil)
	if err := b.ChmodFile("/data/local/tmp/x", fs.ModeSetuid|0o711); err != nil {
		t.Fatal(err)
	}
	if info, err := b.StatFile("/data/local/tmp/x"); err != nil || info.Mode() != 0o711 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := b.ChmodFile("/system/bin", 0o777); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	if err := b.ChmodFile("/data/local/tmp/none", 0o777); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A debug app has a sandbox while it runs, and what is in it goes with the app.
func TestASandboxIsThereWhileItsAppRuns(t *testing.T) {
	b := newBench(t)
	const root = "/mnt/debug/100/debug_hap/" + newBundle
	there := func() bool {
		info, err := b.StatFile(root)
		return err == nil && info.IsDir()
	}
	if got := install(t, b, profile(newBundle), nil, team, ""); got != installed {
		t.Fatal(got)
	}
	if there() {
		t.Error("there is a sandbox before the app runs")
	}
	if got := run(b, "aa start -a MainAbility -b "+newBundle); got != "start ability successfully.\n" {
		t.Fatal(got)
	}
	if !there() {
		t.Fatal("there is no sandbox")
	}
	put(t, b.Device, root+"/data/storage/el2/base/files/x", []byte("kept"))
	run(b, "aa force-stop "+newBundle)
	if there() {
		t.Error("the sandbox is there behind the app's end")
	}
	run(b, "bm uninstall -n "+newBundle)
	install(t, b, profile(newBundle), nil, team, "")
	run(b, "aa start -a MainAbility -b "+newBundle)
	if _, err := b.StatFile(root + "/data/storage/el2/base/files/x"); !there() || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of the app that was removed: %v", err)
	}
}

// appFile is an .app of those packages.
func appFile(t *testing.T, packages map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range packages {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnAppIsInstalledFromAPI22On(t *testing.T) {
	content, err := hap.Build(profile(newBundle), nil, team)
	if err != nil {
		t.Fatal(err)
	}
	whole := appFile(t, map[string][]byte{"entry-default.hap": content, "pack.info": []byte("{}")})
	nothing := refused(9568344, "install parse profile prop check error.")
	for name, test := range map[string]struct {
		api     int
		content []byte
		want    string
	}{
		"new device":  {22, whole, installed},
		"old device":  {21, whole, nothing},
		"no archive":  {22, []byte("PK"), nothing},
		"no packages": {22, appFile(t, map[string][]byte{"pack.info": nil}), nothing},
		"unsigned":    {22, appFile(t, map[string][]byte{"a.hap": []byte("x")}), refused(9568320, "no signature file.")},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(o *device.Options) { o.Profile.API = test.api })
			put(t, b.Device, "/data/local/tmp/x.app", test.content)
			if got := run(b, "bm install -r -p /data/local/tmp/x.app"); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
