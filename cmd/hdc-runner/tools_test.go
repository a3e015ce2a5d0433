// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// TestToolsScript runs the scripts of testdata/tools: the commands for one
// device. Beside testscript's own commands, and world, vanish, start, await,
// interrupt, finish, code and forwards of TestScript, they have:
//
//	hap FILE BUNDLE [SIGNER [VERSION]]  a package, unsigned without SIGNER
//	ports VAR...               free ports of this machine
//	state KEY STATE            the hdc server lists the device so from now on
//	occupy PORT, release PORT  take a port of this machine, and let go of it
//	program [KEY...]           the hdc program, whose start brings up a server on
//	                           $PROGRAMADDR, with these devices of the world
//	down                       ends the server that it has started; fails if none was
//	hdcfaults JSON...          the rules by which the world's hdc server goes wrong
//	emulators [NAME...]        the simulated emulator program with those instances,
//	                           which is found by HARMONY_EMULATOR; silent, hangs,
//	                           waits and broken are instances that go wrong so
func TestToolsScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "tools"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Setenv(hostdb.EnvDir, filepath.Join(env.WorkDir, "state"))
			env.Values[stageKey{}] = &stage{procs: map[string]*proc{}}
			env.Values[occupiedKey{}] = occupied{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world": cmdWorld, "vanish": cmdVanish, "forwards": cmdForwards, "start": cmdStart, "await": cmdAwait,
			"interrupt": cmdInterrupt, "finish": cmdFinish, "code": cmdCode, "hap": cmdHap, "ports": cmdPorts, "emulators": cmdEmulators, "state": cmdState, "occupy": cmdOccupy, "release": cmdRelease, "program": cmdProgram, "down": cmdDown, "hdcfaults": cmdHDCFaults,
		},
	})
}

func cmdHap(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "hap FILE BUNDLE [SIGNER [VERSION]]")
	profile := hap.Profile{
		App: hap.App{BundleName: args[1], VersionCode: 1000000, VersionName: "1.0.0", MinAPIVersion: 50000012, Debug: true},
		Module: hap.Module{Name: "entry", Type: "entry", MainElement: "EntryAbility", DeviceTypes: []string{"phone"},
			Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true, Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}, {Actions: []string{"action.ohos.push.listener"}}}}}},
	}
	var signature *hap.Signature
	if len(args) > 3 {
		profile.App.VersionName = args[3]
	}
	if len(args) > 2 {
		signature = &hap.Signature{Signer: args[2]}
	}
	b, err := hap.Build(profile, nil, signature)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

func cmdState(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "state KEY STATE")
	if !theWorld(ts).HDC.SetState(args[0], hdcd.State(args[1])) {
		ts.Fatalf("no device %s", args[0])
	}
}

func cmdHDCFaults(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "hdcfaults JSON...")
	rules := make([]faults.Fault, len(args))
	for i, arg := range args {
		ts.Check(json.Unmarshal([]byte(arg), &rules[i]))
	}
	_, err := theWorld(ts).HDC.Faults().Replace(rules)
	ts.Check(err)
}

func cmdPorts(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "ports VAR...")
	for _, name := range args {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer func() { ts.Check(listener.Close()) }()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		ts.Check(err)
		ts.Setenv(name, port)
	}
}
