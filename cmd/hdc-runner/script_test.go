// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// TestMain makes hdc-runner a command of the scripts: it is this test binary
// under another name, and the real main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hdc-runner": main, standIn: emulatorProgram, hdcStandIn: hdcProgram})
}

// patience bounds each wait of these tests: other tests may need the CPU, too.
const patience = time.Minute

// mark is a variable by which all processes of a script are known.
const mark = "HDC_RUNNER_TEST_MARK"

// TestScript runs the scripts of testdata/script. $DOCS is the repository's
// docs. Beside testscript's own commands they have:
//
//	world [-plain|-far] TYPE...  a simulated world in this process: $ACCOUNT,
//	                         $ENDPOINT, $CA, $HDC, $BUNDLE, $PLAIN, $KEY, and
//	                         $KEY_phone and so on; with -plain $TOKENFILE of the
//	                         app without an agent on the first device; with -far
//	                         the hdc server is on another machine, and from $HUB
//	                         on some ports are free (Linux)
//	tunnel PORT N            joins N ports of that machine to the same ports here
//	vanish KEY               the device is unplugged
//	back KEY                 it is plugged in again
//	locked KEY               waits until the device is locked; with ! fails if it is
//	hap FILE BUNDLE [SIGNER [VERSION]]  a package, unsigned without SIGNER
//	forwards                 fails if the hdc server has any port forward
//	listen KIND              a server on $ADDR: foreign (another hdc version),
//	                         silent, http
//	start NAME PROGRAM ARG...  in the background
//	await [-stderr] NAME REGEXP  waits until the program has printed it
//	interrupt NAME           sends one interrupt
//	terminate NAME           sends it a SIGTERM
//	killworker KEY           kills the worker of that device (Linux)
//	stopworker KEY           stops it where it stands (Linux)
//	finish NAME [CODE|any]   waits for its end and its exit code, 0 if none is
//	                         given, or any; stdout and stderr are then its output
//	code CODE PROGRAM ARG... runs it and wants that exit code
//	try NAME TEXT            runs the command that NAME printed and that holds
//	                         TEXT, by sh; stdout and stderr are its output
//	report DIR               report.json and junit.xml exist and agree;
//	                         cells.txt then has a line per cell and device
//	jsonlines FILE           each line is a JSON object
//	repeat FILE N TEXT       appends TEXT N times
//	replace FILE REGEXP TEXT replaces every match; there must be one
//	ecaccount FILE           a service account with an EC key
//	real                     in front of the cloud, $ENDPOINT with its own $CA: what
//	                         is sent through it counts, in the folder state
//	stopped                  the app has no process on any device of the world
//	secrets DIR TOKENFILE ACCOUNT  no file in DIR holds the token, or the
//	                         account's key or project
//	notemp                   no file is left in the folder for temporary files
//	alone                    no process of this script is left (Linux)
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Setenv(hostdb.EnvDir, filepath.Join(env.WorkDir, "state"))
			docs, err := filepath.Abs(filepath.Join("..", "..", "docs"))
			if err != nil {
				return err
			}
			env.Setenv("DOCS", docs)
			env.Values[stageKey{}] = &stage{procs: map[string]*proc{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world": cmdWorld, "vanish": cmdVanish, "back": cmdBack, "hap": cmdHap, "locked": cmdLocked, "forwards": cmdForwards, "listen": cmdListen, "tunnel": cmdTunnel,
			"start": cmdStart, "await": cmdAwait, "interrupt": cmdInterrupt, "terminate": cmdTerminate, "killworker": cmdKillWorker, "stopworker": cmdStopWorker,
			"finish": cmdFinish, "code": cmdCode, "try": cmdTry, "open": cmdOpen,
			"report": cmdReport, "jsonlines": cmdJSONLines, "repeat": cmdRepeat, "replace": cmdReplace, "ecaccount": cmdECAccount, "secrets": cmdSecrets, "real": cmdReal, "stopped": cmdStopped, "notemp": cmdNoTemp, "alone": cmdAlone,
		},
	})
}

// usage ends the script unless the command has that many arguments at least and
// no "!" in front.
func usage(ts *testscript.TestScript, neg bool, args []string, least int, text string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", text)
	}
}

type stageKey struct{}

// stage is what the commands of one script share.
type stage struct {
	world   *world.World
	procs   map[string]*proc
	started started
}

func theStage(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

func cmdWorld(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "world [-plain|-far] TYPE...")
	plain, far := args[0] == "-plain", args[0] == "-far"
	if plain || far {
		args = args[1:]
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	o := world.Options{Types: args, Dir: ts.MkAbs("world")}
	if far {
		o.HDC = elsewhere
	}
	w, err := world.New(ctx, o)
	ts.Check(err)
	ts.Defer(func() {
		closing, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ts.Check(w.Close(closing))
	})
	theStage(ts).world = w
	c := w.Config()
	for name, value := range map[string]string{
		"ACCOUNT": c.ServiceAccount, "ENDPOINT": c.PushEndpoint, "CA": c.PushCA, "HDC": c.HDCServer,
		"BUNDLE": world.Bundle, "PLAIN": world.PlainBundle, "KEY": w.Keys()[0],
	} {
		ts.Setenv(name, value)
	}
	for _, key := range w.Keys() {
		ts.Setenv("KEY_"+strings.Split(key, "-")[1], key)
	}
	if far {
		setFar(ts, c.HDCServer)
	}
	if plain {
		token, err := w.StartPlain(ctx, w.Keys()[0])
		ts.Check(err)
		file := ts.MkAbs("token.txt")
		ts.Check(os.WriteFile(file, []byte(token.Reveal()+"\n"), 0o600))
		ts.Setenv("TOKENFILE", file)
	}
}

func theWorld(ts *testscript.TestScript) *world.World {
	w := theStage(ts).world
	if w == nil {
		ts.Fatalf("there is no world: begin with the command world")
	}
	return w
}

func cmdVanish(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "vanish KEY")
	theWorld(ts).HDC.Detach(args[0])
}

func cmdBack(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "back KEY")
	w := theWorld(ts)
	w.HDC.Attach(w.Device(args[0]))
}

func cmdLocked(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, false, args, 1, "[!] locked KEY")
	device := theWorld(ts).Device(args[0])
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		changed := device.Changed()
		switch locked := device.State().Locked; {
		case neg && locked:
			ts.Fatalf("%s is locked", args[0])
		case neg || locked:
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			ts.Fatalf("waited %v for %s to be locked", patience, args[0])
		}
	}
}

func cmdForwards(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "forwards")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rules, err := hdc.New(hdc.Options{Addr: theWorld(ts).HDC.Addr()}).Forwards(ctx)
	ts.Check(err)
	if len(rules) > 0 {
		ts.Fatalf("the hdc server still has port forwards: %v", rules)
	}
}
