// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"os"

	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/app"
)

// A simulated app's process is this program started again. It is recognised
// before main, so that it works from a test binary as well.
func init() {
	if os.Getenv(process.EnvRole) == app.Role {
		os.Exit(app.Main())
	}
}
