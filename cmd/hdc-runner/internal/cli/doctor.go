// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// check is one line of doctor.
type check struct {
	Name string `json:"name"`
	// Result is ok, problem or skipped.
	Result string `json:"result"`
	Detail string `json:"detail"`
}

const (
	checkOK      = "ok"
	checkProblem = "problem"
	checkSkipped = "skipped"
)

func newDoctor() *cobra.Command {
	var c harness.Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "check hdc server, devices, app, service account and collector of receipts, and say what to do",
		Long:    "doctor sends no push and starts no app. Exit code: 0 all is well, 3 something is not.",
		Example: "  hdc-runner doctor\n  hdc-runner doctor --service-account key.json --bundle com.example.app",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := examine(cmd.Context(), harness.Merge(c, harness.Env()))
			return printChecks(cmd.OutOrStdout(), checks, asJSON)
		},
	}
	endpointFlags(cmd, &c)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

// examine makes all checks; none stops those after it.
func examine(ctx context.Context, c harness.Config) []check {
	var checks []check
	note := func(name, result, format string, args ...any) {
		checks = append(checks, check{name, result, fmt.Sprintf(format, args...)})
	}
	client := hdc.New(hdc.Options{Addr: harness.ServerAddress(c.HDCServer)})
	version, err := client.CheckServer(ctx)
	if err != nil {
		note("hdc server", checkProblem, "%v", err)
		note("devices", checkSkipped, "there is no hdc server to ask")
	} else {
		note("hdc server", checkOK, "version %s on %s", version, client.Addr())
		checks = append(checks, examineDevices(ctx, client, c)...)
	}
	checks = append(checks, examineAccount(ctx, c)...)
	if c.Receipts == "" {
		return checks
	}
	if err := harness.CheckReceipts(ctx, c); err != nil {
		note("receipts", checkProblem, "%v", err)
	} else {
		note("receipts", checkOK, "the collector at %s answers", c.Receipts)
	}
	return checks
}

func examineDevices(ctx context.Context, client *hdc.Client, c harness.Config) []check {
	rows, err := listDevices(ctx, client)
	if err != nil {
		return []check{{"devices", checkProblem, err.Error()}}
	}
	if len(rows) == 0 {
		return []check{{"devices", checkProblem, (&harness.TargetError{}).Error()}}
	}
	var checks []check
	for _, r := range rows {
		name := "device " + r.Key
		if c.Target != "" && c.Target != "all" && c.Target != r.Key {
			continue
		}
		if r.Problem != "" {
			checks = append(checks, check{name, checkProblem, r.Problem})
			continue
		}
		detail := fmt.Sprintf("%s %s, API %d", r.Type, r.Model, r.API)
		if r.Simulated {
			detail += " (SIMULATED)"
		}
		checks = append(checks, check{name, checkOK, detail})
		if c.Bundle != "" {
			checks = append(checks, examineApp(ctx, client, r.Key, c))
		}
	}
	if len(checks) == 0 {
		return []check{{"devices", checkProblem, fmt.Sprintf("no device is called %q", c.Target)}}
	}
	return checks
}

func examineApp(ctx context.Context, client *hdc.Client, key string, c harness.Config) check {
	name := "app on " + key
	d, err := device.Open(ctx, client, key, device.App{Bundle: c.Bundle, Ability: c.Ability})
	if err != nil {
		return check{name, checkProblem, err.Error()}
	}
	state, err := d.State(ctx)
	if err != nil {
		return check{name, checkProblem, err.Error()}
	}
	return check{name, checkOK, fmt.Sprintf("%s is installed, home ability %s, %s", c.Bundle, d.App().Ability, state)}
}

// examineAccount reads the service account, signs a JWT with it and asks the
// push endpoint for its certificate. It sends nothing.
func examineAccount(ctx context.Context, c harness.Config) []check {
	if c.ServiceAccount == "" {
		return []check{{"service account", checkSkipped, "name it with --service-account FILE"}}
	}
	account, err := pushcloud.LoadServiceAccount(c.ServiceAccount)
	if err != nil {
		return []check{{"service account", checkProblem, strings.TrimPrefix(err.Error(), "service account ")}}
	}
	checks := []check{{"service account", checkOK, fmt.Sprintf("project %s, key %s", account.ProjectID, account.KeyID)}}
	if _, err := harness.NewCloud(c); err != nil {
		return append(checks, check{"push endpoint", checkProblem, err.Error()})
	}
	issuer, err := harness.CloudIssuer(ctx, c)
	if err != nil {
		return append(checks, check{"push endpoint", checkProblem, err.Error()})
	}
	return append(checks, check{"push endpoint", checkOK, "reached, its certificate is issued by " + issuer})
}

func printChecks(w io.Writer, checks []check, asJSON bool) error {
	bad := false
	for _, c := range checks {
		bad = bad || c.Result == checkProblem
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		if err := enc.Encode(checks); err != nil {
			return err
		}
	} else {
		for _, c := range checks {
			fmt.Fprintf(w, "%-8s %s: %s\n", c.Result, c.Name, c.Detail)
		}
	}
	if bad {
		return exit(verdict.ExitInfra)
	}
	return nil
}
