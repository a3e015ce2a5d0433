// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command hdc-runner runs push acceptance tests on HarmonyOS devices through an
// hdc server, and on simulators where no real endpoint is named.
package main

import (
	"os"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness/process"
)

// A worker is this program started again. It is recognised before main, so
// that it works from the test binary of this package, too.
func init() {
	if os.Getenv(process.EnvRole) == fleet.Role {
		os.Exit(fleet.Serve(os.Stdin, os.Stdout))
	}
}

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
