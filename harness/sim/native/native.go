// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package native is the second way to run an app on a simulated device: Node
// runs the project's own ArkTS (ohos/entry, with the HAR ohos/pushproof), whose
// kits speak the device's seam, and loads the real native module. A push then
// goes through ability, Node-API and the agent's library, as on a device; see
// ohos/runtime.
//
// It guarantees that Find says all that is missing at once and what to type for
// each, that an app with the agent gets the HAR's debug target and one without
// its release facade, and that what the ArkTS cannot be told to do is refused.
// The processes are the device's: it suspends and kills them, and they end with
// their standard input.
//
// It does not guarantee what HarmonyOS's own JavaScript engine does: V8 runs
// the code, and pages are not run. It needs a clone of this repository.
package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/device"
)

// Runtime is what Find has found. It may be used by several devices at once.
type Runtime struct {
	// Node is the program, of version 20 or later.
	Node string
	// Root is the folder of go.mod.
	Root string
	// Module is the native module, built for Node.
	Module string
	// Project is the ArkTS project to run, "" for ohos. Its module entry is the
	// app.
	Project string
	// Cache keeps the JavaScript that was made of ArkTS, "" for a folder of
	// ohos/check that git ignores.
	Cache string
}

func (r *Runtime) cache() string {
	if r.Cache != "" {
		return r.Cache
	}
	return filepath.Join(r.Root, "ohos", "check", ".cache", "runtime")
}

func (r *Runtime) project() string {
	if r.Project != "" {
		return r.Project
	}
	return filepath.Join(r.Root, "ohos")
}

// Build makes JavaScript of the project's ArkTS, in Cache, as a package holds
// what was compiled: without it the first processes are slow. What is there
// already is not made again.
func (r *Runtime) Build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.Node, filepath.Join(r.Root, "ohos", "runtime", "build.mjs"), "--cache", r.cache(), "--project", r.project())
	cmd.Env = environment(os.Environ())
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make JavaScript of %s: %w\n%s", r.project(), err, bytes.TrimSpace(said))
	}
	return nil
}

// Launch says how a process of an app is started, as device.Options want it.
func (r *Runtime) Launch(app device.InstalledApp, role wire.Role) (process.Options, error) {
	if err := playable(app); err != nil {
		return process.Options{}, err
	}
	target := "debug"
	if !app.Behavior.Agent {
		target = "default"
	}
	return process.Options{
		Path: r.Node,
		Args: []string{
			"--enable-source-maps", filepath.Join(r.Root, "ohos", "runtime", "main.mjs"),
			"--role", string(role), "--target", target, "--module", r.Module, "--cache", r.cache(),
			"--project", r.project(), "--entry", moduleOf(app),
		},
		Env: environment(os.Environ()),
	}, nil
}

func moduleOf(app device.InstalledApp) string {
	if app.Module == "" {
		return "entry"
	}
	return app.Module
}

// ErrBehavior says that an app is to behave as its ArkTS was not written.
var ErrBehavior = errors.New("the native runtime runs the app's own code as it is")

// playable refuses what only an app in Go can be told. The demo app asks for
// notifications by itself, so that one is not refused.
func playable(app device.InstalledApp) error {
	rest := app.Behavior
	rest.Agent, rest.AskNotifications = false, false
	if !reflect.ValueOf(rest).IsZero() {
		return fmt.Errorf("start %s: %w: it cannot be made to behave like %+v", app.Bundle, ErrBehavior, rest)
	}
	return nil
}

// environment leaves out what would change Node or the agent behind our back.
func environment(all []string) []string {
	var kept []string
	for _, entry := range all {
		if !strings.HasPrefix(entry, "NODE_") && !strings.HasPrefix(entry, "PUSHPROOF_") {
			kept = append(kept, entry)
		}
	}
	return kept
}
