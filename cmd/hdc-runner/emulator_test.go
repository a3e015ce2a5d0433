// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device/emulator"
	"github.com/pushproof/pushproof/harness/sim/device"
	sim "github.com/pushproof/pushproof/harness/sim/emulator"
)

// standIn is the name under which this test binary is the Emulator program.
const standIn = "pushproof-emulator"

func emulatorProgram() { os.Exit(sim.Main(os.Args[1:])) }

// wrongs are how instances go wrong, by name.
var wrongs = map[string]sim.Wrong{
	"silent": {Ends: true},
	"hangs":  {Hangs: true},
	"waits":  {Hangs: true},
	"broken": {Ends: true, Says: "Error: 00801001\n"},
}

// cmdEmulators makes an installation of the emulator, whose machines are
// devices of the world's hdc server.
func cmdEmulators(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "emulators [NAME...]")
	w := theWorld(ts)
	var instances []sim.Instance
	for _, name := range args {
		instances = append(instances, sim.Instance{Name: name, Type: "phone", OSVersion: "HarmonyOS 6.1.1(24)", API: 24, Wrong: wrongs[name]})
	}
	program, err := sim.New(sim.Options{Instances: instances, Start: func(name string, port int) (func(), error) {
		profile, _ := fixtures.ProfileOf("phone")
		profile.Params = maps.Clone(profile.Params)
		profile.Params["const.product.model"] = "emulator"
		profile.Params["ohos.qemu.hvd.name"] = name
		key := fmt.Sprintf("127.0.0.1:%d", port)
		phone, err := device.New(device.Options{Profile: profile, Key: key, Clock: w.Clock, Cloud: w.Cloud, Dir: ts.MkAbs(filepath.Join("emulators", name))})
		if err != nil {
			return nil, err
		}
		w.HDC.Attach(phone)
		return func() {
			w.HDC.Detach(key)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_ = phone.Close(ctx)
		}, nil
	}})
	ts.Check(err)
	ts.Defer(program.Close)
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if path, err := exec.LookPath(filepath.Join(dir, standIn)); err == nil {
			ts.Setenv(emulator.ProgramEnv, path)
		}
	}
	name, value, _ := strings.Cut(program.Env(), "=")
	ts.Setenv(name, value)
	ts.Setenv("XDG_CACHE_HOME", ts.MkAbs("cache"))
}
