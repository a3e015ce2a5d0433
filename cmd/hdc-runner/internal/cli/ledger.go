// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

// ledgerFlags say how to stay below Push Kit's limits.
type ledgerFlags struct {
	stateDir string
	classes  []string
	wait     time.Duration
	force    bool
}

func (f *ledgerFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.force, "force", false, "send though a limit of Push Kit is crossed by it; it is counted all the same")
	pauseFlag(cmd, &f.wait, "pace-wait", quota.DefaultWait, "how long to wait for room below a limit, before it is refused; 0s waits for nothing")
	flags.StringSliceVar(&f.classes, "app-class", nil, "what the app is, where limits are higher for it: `CLASS` of "+strings.Join(fixtures.AppClasses(), ", "))
	flags.StringVar(&f.stateDir, "state-dir", "", "`DIR` of the ledger of what was sent (default $"+hostdb.EnvDir+", or a folder of the user)")
}

// ledger returns where to count. What a simulated cloud is sent touches no file
// of the user.
func (f *ledgerFlags) ledger(simulated bool) (fleet.Ledger, error) {
	l := fleet.Ledger{Classes: f.classes, Wait: harness.Duration(f.wait), Force: f.force}
	if _, err := quota.Rules(f.classes...); err != nil {
		return l, usagef("--app-class: %v", err)
	}
	if simulated {
		return l, nil
	}
	var err error
	l.Dir, err = hostdb.Dir(f.stateDir)
	return l, err
}
