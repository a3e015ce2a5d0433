// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/nativebridge/bridge"
)

// What start says wins over what the process inherited, and a default does not.
func TestStartSetsTheEnvironment(t *testing.T) {
	names := []string{"TMPDIR", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"}
	given := bridge.Options{TempDir: "/given/tmp", HomeDir: "/given/home", CAFile: "/given/ca.pem", CADir: "/given/certs"}
	for _, tc := range []struct {
		name      string
		inherited string
		given     bridge.Options
		// want are the values by names; "files" is FilesDir.
		want []string
	}{
		{"given, over what is there", "/inherited", given, []string{given.TempDir, given.HomeDir, given.CAFile, given.CADir}},
		{"given, where there is nothing", "", given, []string{given.TempDir, given.HomeDir, given.CAFile, given.CADir}},
		{"not given", "/inherited", bridge.Options{}, []string{"/inherited", "/inherited", "/inherited", "/inherited"}},
		{"neither", "", bridge.Options{}, []string{"", "files", "", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := options(t)
			for _, name := range names {
				t.Setenv(name, tc.inherited)
				if tc.inherited == "" {
					if err := os.Unsetenv(name); err != nil {
						t.Fatal(err)
					}
				}
			}
			o.TempDir, o.HomeDir, o.CAFile, o.CADir = tc.given.TempDir, tc.given.HomeDir, tc.given.CAFile, tc.given.CADir
			start(t, o)
			for i, name := range names {
				want := tc.want[i]
				if want == "files" {
					want = o.FilesDir
				}
				if got := os.Getenv(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// Each Bridge has lines in its own zone; the process's stays as it is.
func TestLinesHaveTheZoneOfTheirBridge(t *testing.T) {
	local := time.Local
	for _, tc := range []struct {
		name, offset string
		seconds      int
	}{
		{"east", "480", 480 * 60},
		{"west, half an hour", "-210", -210 * 60},
		{"UTC", "0", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := options(t)
			if err := json.Unmarshal([]byte(tc.offset), &o.UTCOffsetMinutes); err != nil {
				t.Fatal(err)
			}
			o.Want = want(t, map[string]any{session.ParamKey: "no session"})
			_, l := start(t, o)
			if l.first().IsZero() {
				t.Fatal("a want with a broken session was not logged")
			}
			if _, got := l.first().Zone(); got != tc.seconds {
				t.Errorf("a line %d s east of UTC, want %d", got, tc.seconds)
			}
		})
	}
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: "no session"})
	_, l := start(t, o)
	if first := l.first(); first.IsZero() || first.Location() != local || time.Local != local {
		t.Errorf("without an offset: %v; the process's zone is %v, and was %v", first, time.Local, local)
	}
}
