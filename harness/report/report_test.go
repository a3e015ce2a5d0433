// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a report with every verdict and every field set.
func sample() *report.Report {
	at := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	cell := func(expect string, v verdict.Verdict, reason string) report.Cell {
		return report.Cell{
			ID: "alert/phone/foreground/" + expect, Kind: "alert", State: "foreground", Expect: expect, Verdict: v, Reason: reason,
			Started: at, Ended: at.Add(1500 * time.Millisecond),
		}
	}
	full := cell("shown", verdict.Fail, "ui-tree was silent; own-eyes was silent")
	full.ID += "[foregroundShow=false]"
	full.Condition, full.Next, full.Source, full.Proof = "foregroundShow=false", "are notifications on?", "Push Kit", "all(accepted, any(ui-tree, own-eyes))"
	full.Testimonies = []verdict.Testimony{
		{Witness: verdict.Accepted, Answer: verdict.Saw, At: at, Error: time.Microsecond, Detail: "code 80000000"},
		{Witness: verdict.Tree, Answer: verdict.Silent, Closed: "the time of 1m0s"},
	}
	full.Messages = []report.Message{{Nonce: "0123456789abcdef", RequestID: "1", Code: "80000000", Role: "fence"}}
	full.Waterfall = []report.Event{{At: at, What: "sent 0123456789abcdef"}}
	full.Log = []string{"level=INFO msg=hello"}
	full.Evidence = &report.Evidence{
		At: at, Screenshot: "evidence/20261124-093000-abcdef/SIM-1/alert-phone-foreground-shown.jpeg", State: "foreground", Lock: "not locked", Power: "AWAKE",
		Windows: []string{"EntryAbility (7), type 1, visible"}, Nodes: []string{`Text "Order 7"`}, Notifications: []string{"id 7"}, Cards: []string{"card 7"},
		Log: []string{"11-24 09:30:00.000 I C01203/foundation/Ans: hello"}, LogGaps: []string{"INFO lines may be missing"},
		Missing: map[string]string{"cards": "not offered"},
	}
	r := &report.Report{
		Schema: report.Schema, Run: "20261124-093000-abcdef", Version: "1.0.0", Started: at, Ended: at.Add(4 * time.Second),
		Simulated: []string{"device", "cloud"}, Bundle: "com.example.app", Interrupted: true,
		Devices: []report.Device{
			{
				Key: "SIM-1", Type: "phone", Model: "pushproof-sim", API: 20, OSVersion: "6.0.0", Emulator: true, Simulated: true,
				Agent: "0.1.0", Token: "token:00000000", ClockOffset: -time.Microsecond, ClockError: time.Microsecond, Error: "clean up: gone",
				Notes: []string{"installed com.example.app: it is not installed; a Push Token from before is of no use"},
				Cells: []report.Cell{
					full, cell("clicked", verdict.Pass, "all(accepted)"), cell("silent", verdict.Infra, "the cable was pulled"),
					cell("delivered", verdict.Quota, "1000 test messages a day"), cell("shown", verdict.Inconclusive, "no agent in the app"),
					{
						ID: "extension/phone/foreground/shown", Kind: "extension", State: "foreground", Expect: "shown", Source: "Push Kit",
						Verdict: verdict.Unsupported, Reason: "needs API 23",
					},
				},
				Repeats: []report.Repeat{
					{Nonce: "0123456789abcdef", What: "arrival:BACKGROUND 2 times within 3ms, as main/0f0e/7 and main/0f0e/8"},
					{Nonce: "fedcba9876543210", What: "2 notifications hold its nonce"},
				},
				NotPlanned: []report.Skip{{ID: "alert/phone/background/shown", Reason: "no known way", Source: "none found"}},
			},
			{Key: "127.0.0.1:5555", Error: "not connected\nplug it in"},
		},
	}
	r.Tally(false)
	return r
}

func TestReportFollowsItsSchema(t *testing.T) {
	compiled := schema(t)
	raw, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Error(err)
	}
	value.(map[string]any)["later"] = true
	if compiled.Validate(value) == nil {
		t.Error("the schema takes a field that it does not name, so it holds the report to nothing")
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "schemas", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("report")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// A field without a value in the sample would be checked by no test here.
func TestSampleSetsEveryField(t *testing.T) {
	set := map[string]bool{}
	note(reflect.ValueOf(*sample()), "report", set)
	for name, is := range set {
		if !is {
			t.Errorf("the sample leaves %s empty everywhere", name)
		}
	}
}

func note(v reflect.Value, name string, set map[string]bool) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		set[name] = set[name] || !v.IsZero()
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			note(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name, set)
		}
	case v.Kind() == reflect.Slice:
		set[name] = set[name] || v.Len() > 0
		for i := range v.Len() {
			note(v.Index(i), name, set)
		}
	default:
		set[name] = set[name] || !v.IsZero()
	}
}

func TestGolden(t *testing.T) {
	r := sample()
	junit, err := r.JUnit()
	if err != nil {
		t.Fatal(err)
	}
	var brief, verbose bytes.Buffer
	r.Summary(&brief, false)
	r.Summary(&verbose, true)
	real := sample()
	real.Simulated = []string{}
	realJUnit, err := real.JUnit()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{
		"junit.xml": junit, "junit-real.xml": realJUnit, "summary.txt": brief.Bytes(), "summary-verbose.txt": verbose.Bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s differs (-update writes it anew):\n%s", path, diff)
			}
		})
	}
}

func TestBannerSaysSimulated(t *testing.T) {
	r := sample()
	if !strings.HasPrefix(r.Banner(), "SIMULATED") {
		t.Errorf("Banner() = %q", r.Banner())
	}
	r.Simulated = nil
	if r.Banner() != "" {
		t.Errorf("Banner() of a real run = %q", r.Banner())
	}
}

func TestWriteAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	want := sample()
	if err := want.Write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := report.Read(filepath.Join(dir, report.JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{report.JUnitFile, report.JSONFile}; !slices.Equal(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}

// A folder that cannot be had is told before a run, and nothing is made.
func TestCheckDir(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, good := range []string{dir, filepath.Join(dir, "new"), filepath.Join(dir, "new", "deeper")} {
		if err := report.CheckDir(good); err != nil {
			t.Errorf("CheckDir(%s) = %v", good, err)
		}
	}
	for _, bad := range []string{file, filepath.Join(file, "below"), filepath.Join(file, "below", "deeper")} {
		if err := report.CheckDir(bad); err == nil || err.Error() != file+" is a file, and no folder" {
			t.Errorf("CheckDir(%s) = %v", bad, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// After an interrupt a line says how much was left; --verbose says what.
func TestSummaryCountsWhatWasNotRun(t *testing.T) {
	cell := func(id string) report.Cell {
		return report.Cell{ID: id, Kind: "alert", Verdict: verdict.Infra, Reason: report.NotRun, Next: "run again"}
	}
	r := report.Report{Interrupted: true, Devices: []report.Device{
		{Key: "K", Type: "phone", Cells: []report.Cell{{ID: "a", Kind: "alert", Verdict: verdict.Pass}, cell("b"), cell("c")}},
		{Key: "L", Type: "tv", NotPlanned: []report.Skip{{ID: "d", Reason: "no way"}}},
	}}
	r.Tally(false)
	for verbose, want := range map[bool]string{
		false: "phone K: 2 cells not run (interrupted)\n    next: run again\n\n",
		true:  "b\nc\n    infra: not run, since the run was interrupted\n    next: run again\n\n",
	} {
		var out strings.Builder
		r.Summary(&out, verbose)
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary (verbose: %v) is\n%s\nand should have\n%s", verbose, out.String(), want)
		}
		if strings.Contains(out.String(), "tv L ") {
			t.Errorf("the summary has a row for a device without cells:\n%s", out.String())
		}
		if !strings.Contains(out.String(), "1 pass, 2 infra, 1 not planned in") {
			t.Errorf("the totals are not complete:\n%s", out.String())
		}
	}
}

func TestReadRefuses(t *testing.T) {
	tests := map[string]struct{ content, says string }{
		"no JSON":            {"{", "unexpected end"},
		"another schema":     {`{"schema": 2}`, "has schema 2, this program reads 1"},
		"an unknown verdict": {`{"schema": 1, "counts": {"maybe": 1}}`, `unknown verdict "maybe"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), report.JSONFile)
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := report.Read(path)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Read = %v, want it to say %q", err, tt.says)
			}
		})
	}
}

func TestTally(t *testing.T) {
	r := &report.Report{Devices: []report.Device{{Key: "a", Error: "gone"}}}
	r.Tally(false)
	if r.ExitCode != verdict.ExitInfra {
		t.Errorf("a device that could not be used gives exit code %d, want %d", r.ExitCode, verdict.ExitInfra)
	}
	r = &report.Report{Devices: []report.Device{{Key: "a"}}}
	r.Tally(false)
	if r.ExitCode != verdict.ExitUsage {
		t.Errorf("no cell gives exit code %d, want %d", r.ExitCode, verdict.ExitUsage)
	}
}

// After a device was lost, the same is to be said of each cell that is left.
func TestSummaryExplainsAlikeCellsTogether(t *testing.T) {
	cell := func(id, reason string) report.Cell {
		return report.Cell{ID: id, Kind: "alert", Verdict: verdict.Infra, Reason: reason, Next: "plug it in"}
	}
	r := report.Report{Devices: []report.Device{{Key: "K", Type: "phone", Cells: []report.Cell{
		cell("a", "gone"), cell("b", "gone"), {ID: "c", Kind: "alert", Verdict: verdict.Pass}, cell("e", "slow"), cell("d", "gone"),
	}}}}
	r.Tally(false)
	var out strings.Builder
	r.Summary(&out, false)
	want := "a\nb\nd\n    infra: gone\n    next: plug it in\n\ne\n    infra: slow\n    next: plug it in\n"
	if !strings.Contains(out.String(), want) {
		t.Errorf("the summary is\n%s\nand should have\n%s", out.String(), want)
	}
}

// A device that was not left as it was is an error in junit.xml, and so in the
// exit code.
func TestTroubleAfterwardsIsInTheExitCode(t *testing.T) {
	r := report.Report{Devices: []report.Device{{Key: "K", Error: "clean up: gone", Cells: []report.Cell{{ID: "a", Verdict: verdict.Pass}}}}}
	if r.Tally(false); r.ExitCode != verdict.ExitInfra {
		t.Errorf("exit code %d, want %d", r.ExitCode, verdict.ExitInfra)
	}
}
