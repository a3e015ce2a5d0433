// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/device"
)

// built alters the build of a device's profile.
func built(params ...string) func(*device.Options) {
	return func(o *device.Options) {
		with := map[string]string{}
		for _, p := range params {
			name, value, _ := strings.Cut(p, "=")
			with[name] = value
		}
		o.Profile = o.Profile.With(with)
	}
}

// The parameters of builds.
const (
	engineering = "const.debuggable=1"
	noDeveloper = "const.security.developermode.state=false"
	logFirmware = "const.product.software.version=ALN-AL00 5.0.0.60(SP12DEVC00E61R4P9log)"
)

func api(level string) string { return "const.ohos.apiversion=" + level }

func TestBuildsHaveTheirTools(t *testing.T) {
	const present = ""
	tests := []struct {
		name, profile string
		params        []string
		// tools that the build lacks
		lacks []string
	}{
		{"HarmonyOS 6 phone", "phone", nil, []string{"anm", "testhelper"}},
		{"HarmonyOS 6 phone, engineering", "phone", []string{engineering}, []string{"testhelper"}},
		{"HarmonyOS 5 phone", "phone", []string{api("18")}, []string{"netcopilot", "network-cfg", "testhelper"}},
		{"HarmonyOS 7 phone", "phone", []string{api("26")}, []string{"anm"}},
		{"HarmonyOS 7 watch", "wearable", []string{api("26")}, []string{"anm", "netcopilot", "testhelper"}},
		{"HarmonyOS 6 PC", "2in1", nil, []string{"anm", "netcopilot", "testhelper"}},
	}
	limited := []string{"anm", "netcopilot", "network-cfg", "testhelper"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, onProfile(tt.profile), built(tt.params...))
			for _, tool := range limited {
				missing := false
				for _, l := range tt.lacks {
					missing = missing || l == tool
				}
				out := b.sh("%s; echo $?", tool)
				where := b.sh("command -v %s", tool)
				want := "/bin/sh: " + tool + ": inaccessible or not found\n127\n"
				if missing && (out != want || where != present) {
					t.Errorf("%s, which it lacks, said %q and is at %q", tool, out, where)
				}
				if !missing && (strings.HasSuffix(out, "127\n") || where != "/bin/"+tool+"\n") {
					t.Errorf("%s, which it has, said %q and is at %q", tool, out, where)
				}
			}
		})
	}
}

func TestBuildsRefuse(t *testing.T) {
	tests := []struct {
		name    string
		params  []string
		command string
		want    string
	}{
		{"anm of a user build of HarmonyOS 5", []string{api("15")}, "anm dump -A", "error: user version cannot use dump.\n"},
		{"its setting", []string{api("15")}, "anm setting -e a:1:1", "error: user version cannot use setting.\n"},
		{"cem dump of a user build", nil, "cem dump -a", "error: user version cannot use dump.\n"},
		{"a picture outside developer mode", []string{noDeveloper}, "snapshot_display -f /data/local/tmp/s.jpeg; echo $?", "current mode is not developer mode, just return.\n1\n"},
		{"a clean outside developer mode", []string{noDeveloper}, "bm clean -d -n " + bundle, "error: failed to clean bundle data files.\n"},
		{"testhelper outside developer mode", []string{api("26"), noDeveloper}, "testhelper get-time; echo $?", "Error: Service is not available.\n3\n"},
		{"the notification dump of HarmonyOS 6.1", []string{api("23")}, "hidumper -s DistributedNotificationService -a -a | grep -c notification", "0\n"},
		{"that of an engineering build", []string{api("23"), engineering}, "hidumper -s DistributedNotificationService -a -a | grep -c notification", "2\n"},
		{"that of HarmonyOS 6.0", nil, "hidumper -s DistributedNotificationService -a -a | grep -c notification", "2\n"},
		{"aa start -W of HarmonyOS 5", []string{api("18")}, "aa start -W -a EntryAbility -b " + bundle, "error: unknown option: -W\n"},
		{"labels of HarmonyOS 5", []string{api("18")}, "bm dump -l -n " + bundle, "error: unknown option.\nusage: bm <command> <options>\n"},
		{"a display of HarmonyOS 5", []string{api("18")}, "uitest dumpLayout -d 0; echo $?", "DumpLayout failed:the options are illegal\n1\n"},
		{"PNG of HarmonyOS 5", []string{api("18")}, "snapshot_display -t png -f /data/local/tmp/s.png; echo $?", "usage: snapshot_display [-i displayId] [-f output_file] [-t jpeg|png]\n1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, built(tt.params...))
			if got := b.sh("%s", tt.command); got != tt.want {
				t.Errorf("%s\nprinted %q\nwant    %q", tt.command, got, tt.want)
			}
		})
	}
}

func TestLogLevelOfFirmware(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params []string
		want   string
	}{
		{"nolog", nil, "W"}, {"nolog of API 14", []string{api("14")}, "I"}, {"log", []string{logFirmware}, "I"},
		{"engineering", []string{engineering}, "I"}, {"outside developer mode", []string{noDeveloper}, "F"},
		{"log, outside developer mode", []string{logFirmware, noDeveloper}, "I"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, built(tt.params...))
			if got := b.sh("param get hilog.loggable.global"); got != tt.want+"\n" {
				t.Errorf("the level is %q, want %q", got, tt.want)
			}
		})
	}
}

// Everything that the harness sends is understood by the build that offers it:
// no row of the command table names a tool that no build has.
func TestEachCommandOfTheTableIsATool(t *testing.T) {
	b := newBench(t, built(api("26"), engineering))
	for _, row := range fixtures.DeviceCommands() {
		if row.Tool == "" {
			continue
		}
		if out := b.sh("command -v %s", row.Tool); out == "" {
			t.Errorf("row %s: the simulated shell has no %s", row.Name, row.Tool)
		}
	}
}
