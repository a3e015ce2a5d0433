// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/sim/native"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/internal/spelling"
)

// envRuntime stands for --runtime.
const envRuntime = "PUSHPROOF_RUNTIME"

// runtimeFlag is --runtime: what runs the apps of simulated devices.
type runtimeFlag struct{ name string }

func (f *runtimeFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "runtime", "", "what runs the apps of simulated devices, `go|native`; native is the project's ArkTS in Node with the native module (default $"+envRuntime+", or go)")
}

// runtime returns the one that the flag names, or the variable.
func (f *runtimeFlag) runtime() (world.Runtime, error) {
	from, name := "--runtime", f.name
	if name == "" {
		from, name = envRuntime, os.Getenv(envRuntime)
	}
	if name == "" {
		return world.Go, nil
	}
	var names []string
	for _, r := range world.Runtimes() {
		names = append(names, string(r))
	}
	if !slices.Contains(names, name) {
		return "", usagef("%s: unknown runtime %q%s: the runtimes are %s", from, name, spelling.Suggest(name, names), strings.Join(names, ", "))
	}
	return world.Runtime(name), nil
}

// refuse is called for a run on what is real, where the flag would be without
// effect. The variable may stand in a shell for good.
func (f *runtimeFlag) refuse(c harness.Config) error {
	if f.name == "" {
		return nil
	}
	return usagef("--runtime is for simulated devices: %s", whyReal(c.Named()))
}

// incomplete turns what world.New says of a runtime that is not complete into an
// error for who asked for it.
func incomplete(err error) error {
	var missing *native.MissingError
	if errors.As(err, &missing) {
		return usagef("%v", missing)
	}
	return err
}
