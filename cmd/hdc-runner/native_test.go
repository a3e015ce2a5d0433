// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/native"
	"github.com/pushproof/pushproof/harness/verdict"
)

// TestNativeScript runs the scripts of testdata/native: the project's ArkTS on
// simulated devices. $ROOT is the folder of go.mod. Beside testscript's own
// commands, and some of TestScript, they have:
//
//	agree DIR DIR    each cell of the reports in both has the same outcome, by
//	                 the same witnesses
func TestNativeScript(t *testing.T) {
	if _, err := native.Find(t.Context(), native.Host{}); err != nil {
		if os.Getenv("PUSHPROOF_NATIVE") == "required" {
			t.Fatalf("PUSHPROOF_NATIVE is required, and %v", err)
		}
		t.Skip(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "native"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Setenv(hostdb.EnvDir, filepath.Join(env.WorkDir, "state"))
			env.Setenv("ROOT", root)
			env.Values[stageKey{}] = &stage{procs: map[string]*proc{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": cmdStart, "await": cmdAwait, "try": cmdTry, "interrupt": cmdInterrupt, "finish": cmdFinish, "alone": cmdAlone, "agree": cmdAgree,
		},
	})
}

func cmdAgree(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "agree DIR DIR")
	one, other := cellsOf(ts, args[0]), cellsOf(ts, args[1])
	if len(one) == 0 || len(one) != len(other) {
		ts.Fatalf("%s has %d cells, %s has %d", args[0], len(one), args[1], len(other))
	}
	for id, a := range one {
		b, there := other[id]
		if !there {
			ts.Fatalf("%s is in %s only", id, args[0])
		}
		if a.Verdict != b.Verdict || a.Proof != b.Proof {
			ts.Fatalf("%s is %s by %s, and %s by %s\n%s\n%s", id, a.Verdict, a.Proof, b.Verdict, b.Proof, a.Explain(), b.Explain())
		}
		if why := contradiction(a, b); why != "" {
			ts.Fatalf("%s: %s\n%s\n%s", id, why, a.Explain(), b.Explain())
		}
	}
}

// contradiction says what two runs of a cell do not agree on. A witness that is
// not needed may still be waited for in one of them.
func contradiction(a, b report.Cell) string {
	if len(a.Testimonies) != len(b.Testimonies) || len(a.Messages) != len(b.Messages) {
		return fmt.Sprintf("%d witnesses of %d messages, and %d of %d", len(a.Testimonies), len(a.Messages), len(b.Testimonies), len(b.Messages))
	}
	for i, x := range a.Testimonies {
		y := b.Testimonies[i]
		if x.Witness != y.Witness {
			return fmt.Sprintf("the witnesses are %s and %s", x.Witness, y.Witness)
		}
		if x.Answer != y.Answer && x.Answer != verdict.Waiting && y.Answer != verdict.Waiting {
			return fmt.Sprintf("%s %s, and %s", x.Witness, x.Answer, y.Answer)
		}
	}
	return ""
}

func cellsOf(ts *testscript.TestScript, dir string) map[string]report.Cell {
	var r report.Report
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile(filepath.Join(dir, "report.json")))).Decode(&r))
	cells := map[string]report.Cell{}
	for _, d := range r.Devices {
		if d.Error != "" {
			ts.Fatalf("%s: %s", d.Name(), d.Error)
		}
		for _, c := range d.Cells {
			cells[c.ID] = c
		}
	}
	return cells
}
