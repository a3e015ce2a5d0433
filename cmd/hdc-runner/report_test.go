// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// junit is what the test reads of junit.xml, without the types that wrote it.
type junit struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Cases []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// cmdReport holds both files of a report against each other.
func cmdReport(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "report DIR")
	dir := ts.MkAbs(args[0])
	r, err := report.Read(filepath.Join(dir, report.JSONFile))
	ts.Check(err)
	raw, err := os.ReadFile(filepath.Join(dir, report.JUnitFile))
	ts.Check(err)
	var j junit
	ts.Check(xml.Unmarshal(raw, &j))

	said := map[string]string{}
	for _, s := range j.Suites {
		for _, c := range s.Cases {
			outcome := "passed"
			switch {
			case c.Failure != nil:
				outcome = "failure"
			case c.Error != nil:
				outcome = "error"
			case c.Skipped != nil:
				outcome = "skipped"
			}
			said[s.Name+": "+c.Name] = outcome
		}
	}
	want := map[string]string{}
	counts := map[string]int{}
	note := func(name, outcome string) { want[name] = outcome; counts[outcome]++ }
	var lines strings.Builder
	fmt.Fprintf(&lines, "simulated %v, interrupted %v, exit code %d\n", r.Simulated, r.Interrupted, r.ExitCode)
	for _, d := range r.Devices {
		if d.Error != "" {
			note(d.Name()+": device is usable", "error")
			fmt.Fprintf(&lines, "device %s: %s\n", d.Name(), d.Error)
		}
		for _, c := range d.Cells {
			note(d.Name()+": "+c.ID, outcomes[c.Verdict])
			fmt.Fprintf(&lines, "%s %s: %s\n", c.Verdict, c.ID, c.Reason)
		}
	}
	if !maps.Equal(said, want) {
		ts.Fatalf("report.json and junit.xml differ:\n%s", difference(want, said))
	}
	if j.Tests != len(want) || j.Failures != counts["failure"] || j.Errors != counts["error"] || j.Skipped != counts["skipped"] {
		ts.Fatalf("junit.xml counts %d tests, %d failures, %d errors, %d skipped; its cases are %v", j.Tests, j.Failures, j.Errors, j.Skipped, counts)
	}
	if len(r.Simulated) > 0 != strings.Contains(j.Name, "SIMULATED") {
		ts.Fatalf("report.json has simulated %v, junit.xml is called %q", r.Simulated, j.Name)
	}
	ts.Check(os.WriteFile(ts.MkAbs("cells.txt"), []byte(lines.String()), 0o644))
}

// outcomes is how JUnit calls a verdict.
var outcomes = map[verdict.Verdict]string{
	verdict.Pass: "passed", verdict.Fail: "failure", verdict.Unsupported: "skipped",
	verdict.Infra: "error", verdict.Quota: "error", verdict.Inconclusive: "error",
}

func difference(want, said map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if want[name] != said[name] {
			fmt.Fprintf(&b, "%s: %s in report.json, %q in junit.xml\n", name, want[name], said[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if _, ok := want[name]; !ok {
			fmt.Fprintf(&b, "%s: only in junit.xml\n", name)
		}
	}
	return b.String()
}

func cmdJSONLines(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "jsonlines FILE")
	lines := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("line %d of %s is no JSON object: %v: %s", lines+1, args[0], err, line)
		}
		lines++
	}
	if lines == 0 {
		ts.Fatalf("%s has no line", args[0])
	}
}
