// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	sim "github.com/pushproof/pushproof/harness/sim/emulator"
)

// TestMain is also the Emulator program, where a test has set its variable for
// the processes that it starts.
func TestMain(m *testing.M) {
	if os.Getenv(sim.CallEnv) != "" {
		os.Exit(sim.Main(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}
