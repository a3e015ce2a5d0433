// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// packed writes a package with that member.
func packed(t *testing.T, name, member, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(f)
	w, err := archive.Create(member)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := errors.Join(err, archive.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// build writes an app's package; another remark is another build.
func build(t *testing.T, bundle, remark string) string {
	t.Helper()
	return packed(t, "entry.hap", "module.json", fmt.Sprintf(`{"app":{"bundleName":%q,"label":%q}}`, bundle, remark))
}

// store is a device on which apps can be installed; clock is updateTime.
func store(t *testing.T) (*installer, *int64) {
	t.Helper()
	i := &installer{t: t, script: newScript(t, "phone")}
	var clock int64
	i.says(`^mkdir -p `, "")
	i.version(0)
	i.install = func() error {
		clock++
		i.version(clock)
		return nil
	}
	return i, &clock
}

// version makes bm dump show that an app was installed then; 0 is not at all.
func (i *installer) version(updated int64) {
	text := "error: failed to get information and the parameters may be wrong.\n"
	if updated > 0 {
		text = strings.Replace(testdata(i.t, "bm-dump.txt"), "{", fmt.Sprintf("{\n \"versionCode\": 7, \"updateTime\": %d,", 1764036000000+updated), 1)
	}
	i.says(`^bm dump -n `, text)
}

func openWithout(t *testing.T, shell device.Shell) *device.Device {
	t.Helper()
	d, err := device.Open(t.Context(), shell, "SERIAL7", device.App{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestInstallIfChanged(t *testing.T) {
	i, _ := store(t)
	d := openWithout(t, i)
	first, second := build(t, bundle, "first"), build(t, bundle, "second")
	install := func(path string) device.Installation {
		t.Helper()
		got, err := d.InstallIfChanged(t.Context(), []string{path})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	content, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	want := device.Installation{Bundle: bundle, Hash: hex.EncodeToString(sum[:]), Changed: true, Why: "it is not installed", Fresh: true, TokenEnds: true}
	if got := install(first); got != want {
		t.Errorf("first: %+v, want %+v", got, want)
	}
	if got := install(first); got.Changed || got.Why != "" || got.Hash != want.Hash {
		t.Errorf("the same again: %+v", got)
	}
	if got := install(second); !got.Changed || got.Why != "another build is installed" || got.Fresh || got.TokenEnds {
		t.Errorf("another build: %+v", got)
	}
	i.version(99) // someone installs it by hand
	if got := install(second); !got.Changed || got.Why != "someone has installed it since" || got.TokenEnds {
		t.Errorf("after someone else: %+v", got)
	}
	i.version(0)
	if got := install(second); !got.Changed || !got.Fresh || !got.TokenEnds {
		t.Errorf("after it was removed: %+v", got)
	}
	if len(i.installed) != 4 {
		t.Errorf("installed %q", i.installed)
	}
}

func TestInstallWithoutARecord(t *testing.T) {
	for _, tt := range []struct{ name, record string }{
		{"none", ""},
		{"of something else", "hello"},
		{"of another app", `{"bundle":"com.other","sha256":"` + strings.Repeat("00", 32) + `","versionCode":7,"updateTime":1764036000001}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i, _ := store(t)
			i.version(1)
			if tt.record != "" {
				i.files["/data/local/tmp/pushproof/"+bundle+".installed.json"] = tt.record
			}
			got, err := openWithout(t, i).InstallIfChanged(t.Context(), []string{build(t, bundle, "x")})
			if err != nil || !got.Changed || got.Fresh || got.Why != "what is installed was not installed by this tool" {
				t.Errorf("InstallIfChanged = %+v, %v", got, err)
			}
		})
	}
}

// Where the device does not say when, nobody can tell that nothing happened.
func TestInstallWithoutATime(t *testing.T) {
	i, _ := store(t)
	i.says(`^bm dump -n `, testdata(t, "bm-dump.txt"))
	i.install = nil
	d := openWithout(t, i)
	for range 2 {
		got, err := d.InstallIfChanged(t.Context(), []string{build(t, bundle, "x")})
		if err != nil || !got.Changed || !strings.Contains(got.Note, "does not say when") {
			t.Errorf("InstallIfChanged = %+v, %v", got, err)
		}
	}
}

func TestInstallThatCannotBeNoted(t *testing.T) {
	i, _ := store(t)
	i.send = &hdc.FileError{}
	got, err := openWithout(t, i).InstallIfChanged(t.Context(), []string{build(t, bundle, "x")})
	if err != nil || !got.Changed || !strings.Contains(got.Note, "could not be noted") {
		t.Errorf("InstallIfChanged = %+v, %v", got, err)
	}
}

func TestInstallThatIsRefusedIsForgotten(t *testing.T) {
	i, _ := store(t)
	d := openWithout(t, i)
	path := build(t, bundle, "x")
	if _, err := d.InstallIfChanged(t.Context(), []string{path}); err != nil {
		t.Fatal(err)
	}
	i.install = func() error { return &hdc.InstallError{Command: "install", Code: 9568332} }
	_, err := d.InstallIfChanged(t.Context(), []string{build(t, bundle, "y")})
	var refused *hdc.InstallError
	if !errors.As(err, &refused) || refused.Code != 9568332 {
		t.Errorf("error %v, want the *hdc.InstallError", err)
	}
	if len(i.files) != 0 {
		t.Errorf("%v is still noted", i.files)
	}
}

func TestModulesOfOneApp(t *testing.T) {
	i, _ := store(t)
	module := `{"app":{"bundleName":"` + bundle + `"}}`
	entry, library := packed(t, "entry.hap", "module.json", module), packed(t, "lib.hsp", "module.json", module)
	d := openWithout(t, i)
	one, err := d.InstallIfChanged(t.Context(), []string{entry, library})
	if err != nil || len(i.installed) != 1 || !slices.Equal(i.installed[0], []string{entry, library}) {
		t.Fatalf("installed %q, error %v", i.installed, err)
	}
	if again, err := d.InstallIfChanged(t.Context(), []string{library, entry}); err != nil || again.Changed || again.Hash != one.Hash {
		t.Errorf("in another order: %+v, %v", again, err)
	}
	if fewer, err := d.InstallIfChanged(t.Context(), []string{entry}); err != nil || !fewer.Changed {
		t.Errorf("one of them only: %+v, %v", fewer, err)
	}
}

func TestPackagesThatAreNone(t *testing.T) {
	i, _ := store(t)
	i.version(1)
	d := open(t, i.script)
	text := filepath.Join(t.TempDir(), "x.hap")
	if err := os.WriteFile(text, []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		paths []string
		says  string
	}{
		{"none", nil, "no package file"},
		{"a missing one", []string{filepath.Join(t.TempDir(), "a.hap")}, "cannot be opened"},
		{"no archive", []string{text}, "zip"},
		{"no profile", []string{packed(t, "x.hap", "readme", "x")}, "neither module.json nor pack.info"},
		{"no name", []string{packed(t, "x.hap", "module.json", `{}`)}, "names no app"},
		{"a name that is none", []string{build(t, "a;b", "x")}, "names no app"},
		{"two apps", []string{build(t, bundle, "x"), build(t, "com.example.other", "x")}, "one app at a time"},
		{"another app", []string{packed(t, "x.app", "pack.info", `{"summary":{"app":{"bundleName":"com.example.other"}}}`)}, "to be driven is " + bundle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := d.InstallIfChanged(t.Context(), tt.paths)
			if got.Changed {
				t.Errorf("installed %+v", got)
			}
			mentions(t, err, tt.says)
		})
	}
	_, err := d.InstallIfChanged(t.Context(), []string{build(t, bundle, "x")})
	mentions(t, err, "cannot install") // open's shell runs commands only
}

func TestUninstall(t *testing.T) {
	i, _ := store(t)
	i.version(1)
	record := "/data/local/tmp/pushproof/" + bundle + ".installed.json"
	i.files[record] = "x"
	d, err := device.Open(t.Context(), i, "SERIAL7", device.App{Bundle: bundle})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Uninstall(t.Context(), false); err != nil || i.files[record] != "" {
		t.Errorf("Uninstall = %v, noted %q", err, i.files[record])
	}
	i.remove = &hdc.InstallError{Command: "uninstall", Code: 9568386}
	var absent *device.NotInstalledError
	if err := d.Uninstall(t.Context(), false); !errors.As(err, &absent) {
		t.Errorf("error %v, want a *NotInstalledError", err)
	}
	i.remove = &hdc.InstallError{Command: "uninstall", Code: 9568388}
	var refused *hdc.InstallError
	if err := d.Uninstall(t.Context(), true); !errors.As(err, &refused) {
		t.Errorf("error %v, want the *hdc.InstallError", err)
	}
}
