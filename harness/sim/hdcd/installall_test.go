// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// module is a package of an app's module, signed.
func module(t *testing.T, bundle, name, kind string) []byte {
	t.Helper()
	ability := hap.Ability{Name: name + "Ability", Exported: kind == "entry"}
	if kind == "entry" {
		ability.Skills = []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}
	}
	content, err := hap.Build(hap.Profile{
		App:    hap.App{BundleName: bundle, VersionCode: 1, VersionName: "1"},
		Module: hap.Module{Name: name, Type: kind, Abilities: []hap.Ability{ability}},
	}, nil, &hap.Signature{Signer: "team"})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// packages makes a folder of packages, and of what is none.
func packages(t *testing.T, files map[string][]byte) string {
	t.Helper()
	content := map[string]string{"notes.txt": "not for the device", "below/other.hap": "not for the device"}
	for name, b := range files {
		content[name] = string(b)
	}
	return plant(t, "out", content)
}

func TestInstallAll(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for name, mode := range modes {
			t.Run(version+"/"+name, func(t *testing.T) {
				server, _ := simulated(t, version)
				c := hdc.New(hdc.Options{Addr: server.Addr(), Files: mode})
				out := packages(t, map[string][]byte{"entry.hap": module(t, "com.example.many", "entry", "entry"), "lib.hsp": module(t, "com.example.many", "lib", "shared")})
				unsigned := write(t, "unsigned.hap", shop(t, nil))
				good := write(t, "shop.hap", shop(t, &hap.Signature{Signer: "team"}))
				var steps []hdc.Progress
				err := c.InstallAll(t.Context(), first, []string{unsigned, out, good}, hdc.InstallOptions{})
				var which *hdc.PackageError
				var refused *hdc.InstallError
				if !errors.As(err, &which) || which.Path != unsigned || !errors.As(err, &refused) || refused.Code != 9568320 || strings.Count(err.Error(), "install:") != 1 {
					t.Errorf("%v", err)
				}
				for bundle, ability := range map[string]string{"com.example.many": "libAbility", "com.example.shop": "EntryAbility"} {
					if got := ask(t, server, first, "shell bm dump -n "+bundle); !strings.Contains(got, ability) {
						t.Errorf("%s: %s", bundle, got)
					}
				}
				together := []string{filepath.Join(out, "entry.hap"), filepath.Join(out, "lib.hsp")}
				err = c.InstallAll(t.Context(), first, together, hdc.InstallOptions{Together: true, Steps: func(p hdc.Progress) { steps = append(steps, p) }})
				if last := len(steps) - 1; err != nil || last < 0 || steps[last].Files != 1 || steps[last].AllFiles != 1 || steps[last].Bytes != steps[last].AllBytes {
					t.Errorf("%v after %+v", err, steps)
				}
				if got := ask(t, server, first, "shell ls /data/local/tmp"); got != "" {
					t.Errorf("left behind: %q", got)
				}
			})
		}
	}
}

func TestAnAppAndTheAPILevel(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"entry", "more"} {
		f, err := w.Create(name + ".hap")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(module(t, "com.example.whole", name, map[string]string{"entry": "entry", "more": "feature"}[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := write(t, "whole.app", b.Bytes())
	for api, ok := range map[string]bool{"22": true, "21": false, "12": false} {
		server, _ := simulated(t, "", func(o *phones.Options) {
			o.Profile.Params["const.ohos.apiversion"] = api
			if o.Profile.API = 12; ok {
				o.Profile.API = 22
			}
		})
		err := hdc.New(hdc.Options{Addr: server.Addr()}).Install(t.Context(), first, file, hdc.InstallOptions{})
		var needs *hdc.NeedsError
		if ok && err != nil || !ok && (!errors.As(err, &needs) || !strings.Contains(err.Error(), "API level 22") || !strings.Contains(err.Error(), "one of "+api)) {
			t.Errorf("API %s: %v", api, err)
		}
		if got := ask(t, server, first, "shell bm dump -a"); ok != strings.Contains(got, "com.example.whole") {
			t.Errorf("API %s: %s", api, got)
		}
	}
}

// A server that is lost in the middle keeps the rest from being tried.
func TestPackagesBehindALoss(t *testing.T) {
	server, _ := storingServer(t, hdcd.None, func(o *hdcd.Options) {
		o.Host = nil
		o.Fault = func(p hdcd.Point) hdcd.Fault {
			if strings.HasPrefix(p.Command, "install ") {
				return hdcd.Drop
			}
			return hdcd.None
		}
	})
	files := []string{write(t, "a.hap", []byte("a")), write(t, "b.hap", []byte("b"))}
	err := hdc.New(hdc.Options{Addr: server.Addr()}).InstallAll(t.Context(), first, files, hdc.InstallOptions{})
	var lost *hdc.LostError
	if !errors.As(err, &lost) || !errors.Is(err, hdc.ErrNotTried) || !strings.Contains(err.Error(), files[1]+": not tried") {
		t.Errorf("%v", err)
	}
}

func TestPackagesThatAreNotSent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	good := write(t, "a.hap", []byte("a"))
	long := write(t, strings.Repeat("x", 100)+".hap", []byte("a"))
	for name, test := range map[string]struct {
		files []string
		why   string
	}{
		"none":                  {nil, "there is none"},
		"no name":               {[]string{""}, "there is none"},
		"a folder without any":  {[]string{packages(t, nil)}, "holds no .hap"},
		"one of several":        {[]string{good, filepath.Join(t.TempDir(), "none.hap")}, "no such file"},
		"the same name":         {[]string{good, write(t, "A.hap", []byte("b"))}, "the same name"},
		"a long name":           {[]string{good, long}, "at most 99 bytes"},
		"an app among others":   {[]string{good, write(t, "b.app", []byte("b"))}, "install it alone"},
		"a folder with a shell": {[]string{packages(t, map[string][]byte{"a;b.hap": []byte("x")})}, "shell characters"},
		"an empty one":          {[]string{packages(t, map[string][]byte{"a.hap": nil})}, "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.InstallAll(t.Context(), first, test.files, hdc.InstallOptions{Together: true})
			var argument *hdc.ArgumentError
			if !errors.As(err, &argument) && !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), test.why) {
				t.Errorf("%v, want %q", err, test.why)
			}
		})
	}
}
