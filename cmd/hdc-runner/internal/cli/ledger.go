// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

// envRights stands for --rights.
const envRights = "PUSHPROOF_RIGHTS"

// ledgerFlags say how to stay below Push Kit's limits.
type ledgerFlags struct {
	stateDir string
	classes  []string
	rights   []string
	wait     time.Duration
	force    bool
}

func (f *ledgerFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.force, "force", false, "send though a limit of Push Kit is crossed by it; it is counted all the same")
	pauseFlag(cmd, &f.wait, "pace-wait", quota.DefaultWait, "how long to wait for room below a limit, before it is refused; 0s waits for nothing")
	flags.StringSliceVar(&f.classes, "app-class", nil, "what the app is, where limits are higher for it: `CLASS` of "+strings.Join(fixtures.AppClasses(), ", "))
	flags.StringSliceVar(&f.rights, "rights", nil, "`CATEGORIES` to which the app has a right, e.g. IM,TRAVEL (default $"+envRights+"); every other one counts as MARKETING, unless it is of a test message")
	flags.StringVar(&f.stateDir, "state-dir", "", "`DIR` of the ledger of what was sent (default $"+hostdb.EnvDir+", or a folder of the user)")
}

// ledger returns where to count. What a simulated cloud is sent touches no file
// of the user.
func (f *ledgerFlags) ledger(simulated bool) (fleet.Ledger, error) {
	from, rights := "--rights", f.rights
	if env := os.Getenv(envRights); len(rights) == 0 && env != "" {
		from, rights = envRights, strings.Split(env, ",")
	}
	l := fleet.Ledger{Classes: f.classes, Rights: rights, Wait: harness.Duration(f.wait), Force: f.force}
	if _, err := l.Rules(); err != nil {
		return l, usagef("%s", strings.Replace(err.Error(), "--rights", from, 1))
	}
	if simulated {
		return l, nil
	}
	var err error
	l.Dir, err = hostdb.Dir(f.stateDir)
	return l, err
}

// noteRight says that a message counts as MARKETING for want of a right, if
// nobody said what rights there are.
func noteRight(l fleet.Ledger, s quota.Send, stderr io.Writer) error {
	rules, err := l.Rules()
	if err != nil || len(l.Rights) > 0 {
		return err
	}
	if category := quota.Unproven(rules, s); category != "" {
		fmt.Fprintf(stderr, "hdc-runner: note: %s counts as MARKETING, since it is not known whether the app has a right to it; if it has, say so with --rights %s\n", category, category)
	}
	return nil
}
