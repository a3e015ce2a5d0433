// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim"
)

var update = flag.Bool("update", false, "write testdata/dumps anew")

// What differs from run to run.
var varying = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d, \d\d:\d\d:\d\d`), "2026-01-31, 12:00:00"},
	{regexp.MustCompile(`\b\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`), "01-31 12:00:00.000"},
	{regexp.MustCompile(`(?m)^\d\d-\d\d \d\d:\d\d:\d\d$`), "01-31 12:00:00"},
	{regexp.MustCompile(`AbilityRecord ID #[0-9]{4,}`), "AbilityRecord ID #4711"},
	{regexp.MustCompile(`start time \[\d+\]`), "start time [1]"},
	{regexp.MustCompile(`updateTime": \d+`), `updateTime": 1`},
	{regexp.MustCompile(`(AppRunningRecord ID|pid) #\d+`), "$1 #4711"},
	{regexp.MustCompile(`(EntryAbility\d+ +0 +)\d+ +`), "${1}4711    "},
}

// steady replaces it.
func steady(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	return text
}

// dump is a command whose output is compared with the file of that name.
type dump struct{ name, command string }

// The dumps whose texts differ by build, and those that are the same on all.
var (
	dumpsByBuild = []dump{
		{"notifications", "hidumper -s DistributedNotificationService -a -a"},
		{"notifications-recent", "hidumper -s DistributedNotificationService -a --recent"},
		{"notifications-wrong", "hidumper -s DistributedNotificationService -a '-a -r'"},
		{"anm", "anm dump -A"},
		{"anm-recent", "anm dump -R -b " + bundle},
		{"hilog", "hilog -x -T Ans"},
	}
	dumpsOfAll = []dump{
		{"services", "hidumper -ls"},
		{"windows", "hidumper -s WindowManagerService -a -a"},
		{"lock", "hidumper -s ScreenlockService -a -all"},
		{"power", "hidumper -s PowerManagerService -a -s"},
		{"forms", "hidumper -s FormMgr -a '-n " + bundle + "'"},
		{"forms-none", "hidumper -s FormMgr -a '-n com.other'"},
		{"missions", "hidumper -s AbilityManagerService -a -l"},
		{"abilities", "aa dump -a"},
		{"bundle", "bm dump -n " + bundle},
	}
)

// golden compares with a file of testdata/dumps.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "dumps", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-file +now):\n%s", name, diff)
	}
}

// Each dump in its own words, with one notification that is shown and one that
// was clicked, a card, the app in the background.
func TestDumps(t *testing.T) {
	for _, build := range []struct {
		name   string
		params []string
		dumps  []dump
	}{
		{"user-6.0", []string{logFirmware}, append(dumpsOfAll, dumpsByBuild...)},
		{"user-5.1", []string{logFirmware, api("18")}, dumpsByBuild},
		{"user-6.1", []string{api("23")}, dumpsByBuild},
		{"engineering-6.1", []string{engineering, api("23")}, dumpsByBuild},
	} {
		t.Run(build.name, func(t *testing.T) {
			b := showingOn(t, build.params...)
			b.want(b.push(0, alert(`"notifyId":7`)), sim.Delivered)
			b.openShade()
			b.tap("T")
			b.home()
			b.pushIM()
			if _, err := b.AddCard(bundle, "widget"); err != nil {
				t.Fatal(err)
			}
			for _, d := range build.dumps {
				golden(t, build.name+"-"+d.name, steady(b.sh("%s", d.command)))
			}
		})
	}
}

func TestDumpsOfALockedScreen(t *testing.T) {
	b := showingOn(t)
	b.SetPIN(true)
	b.pushIM()
	b.sh("power-shell suspend")
	for _, d := range dumpsOfAll[1:4] {
		golden(t, "locked-"+d.name, steady(b.sh("%s", d.command)))
	}
}

// The UI tree of the open shade and of the lock screen, as uitest writes it.
func TestLayouts(t *testing.T) {
	b := showingOn(t)
	b.pushIM()
	dump := func(name string) {
		t.Helper()
		b.sh("uitest dumpLayout -p /data/local/tmp/g.json")
		var text bytes.Buffer
		if err := json.Indent(&text, []byte(b.sh("cat /data/local/tmp/g.json")), "", " "); err != nil {
			t.Fatal(err)
		}
		golden(t, name, text.String()+"\n")
	}
	dump("layout-banner")
	b.openShade()
	dump("layout-shade")
	b.SetLocked(true)
	dump("layout-lock")
}
