// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// TestLostScript runs the scripts of testdata/lost, in which answers and
// messages are lost. Beside testscript's own commands, and world and code of
// TestScript, they have:
//
//	faults JSON...    the rules by which the world's cloud goes wrong from now on
func TestLostScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "lost"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Values[stageKey{}] = &stage{procs: map[string]*proc{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"world": cmdWorld, "code": cmdCode, "faults": cmdFaults},
	})
}

func cmdFaults(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "faults JSON...")
	rules := make([]faults.Fault, len(args))
	for i, arg := range args {
		ts.Check(json.Unmarshal([]byte(arg), &rules[i]))
	}
	_, err := theWorld(ts).Cloud.Faults().Replace(rules)
	ts.Check(err)
}
