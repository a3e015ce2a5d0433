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
	"github.com/pushproof/pushproof/internal/spelling"
)

// check is one line of doctor.
type check struct {
	Name string `json:"name"`
	// Result is ok, warning, problem or skipped.
	Result string `json:"result"`
	Detail string `json:"detail"`
	// usage says that a flag is to blame.
	usage bool
}

const (
	checkOK      = "ok"
	checkWarning = "warning"
	checkProblem = "problem"
	checkSkipped = "skipped"
)

func newDoctor() *cobra.Command {
	var c harness.Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "check hdc server, devices, app, package, service account and collector of receipts, and say what to do",
		Long: "doctor sends no push and starts no app. Exit code: 0 all is well, warnings aside; 2 usage, or no device has the key of\n" +
			"--target; 3 something else is not well.",
		Example: "  hdc-runner doctor\n  hdc-runner doctor --service-account key.json --bundle com.example.app",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config := harness.Merge(c, harness.Env())
			var err error
			if config.HDCServer, err = harness.Server(config.HDCServer); err != nil {
				return err
			}
			checks := examine(cmd.Context(), cmd.ErrOrStderr(), config)
			return printChecks(cmd.OutOrStdout(), checks, asJSON)
		},
	}
	cmd.Flags().StringVar(&c.HAP, "hap", "", "package `FILE[,FILE]` of the app: whether the agent is in it, and what it declares that loses pushes")
	realFlags(cmd, &c, "check this device only, by connect key, `SERIAL|all` (default: all)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

// examine makes all checks; none stops those after it.
func examine(ctx context.Context, stderr io.Writer, c harness.Config) []check {
	var checks []check
	note := func(name, result, format string, args ...any) {
		checks = append(checks, check{Name: name, Result: result, Detail: fmt.Sprintf(format, args...)})
	}
	client := hdc.New(hdc.Options{Addr: c.HDCServer})
	err := reach(ctx, stderr, client, c)
	var version hdc.Version
	if err == nil {
		version, err = client.CheckServer(ctx)
	}
	if err != nil {
		note("hdc server", checkProblem, "%s", told(err))
		note("devices", checkSkipped, "there is no hdc server to ask")
	} else {
		if warning := version.Warning(); warning != "" {
			note("hdc server", checkWarning, "%s: %s", client.Addr(), warning)
		} else {
			note("hdc server", checkOK, "version %s on %s", version, client.Addr())
		}
		checks = append(checks, examineDevices(ctx, client, c)...)
	}
	checks = append(checks, examineWay(c)...)
	checks = append(checks, examinePackages(ctx, c)...)
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
		return []check{{Name: "devices", Result: checkProblem, Detail: told(err)}}
	}
	if len(rows) == 0 {
		return []check{{Name: "devices", Result: checkProblem, Detail: (&harness.TargetError{}).Error()}}
	}
	var checks []check
	var keys []string
	for _, r := range rows {
		name := "device " + r.Key
		keys = append(keys, r.Key)
		if c.Target != "" && c.Target != "all" && c.Target != r.Key {
			continue
		}
		if r.Problem != "" {
			checks = append(checks, check{Name: name, Result: checkProblem, Detail: r.Problem})
			continue
		}
		detail := fmt.Sprintf("%s %s, API %d", r.Type, r.Model, r.API)
		if r.Simulated {
			detail += " (SIMULATED)"
		}
		checks = append(checks, check{Name: name, Result: checkOK, Detail: detail})
		if c.Bundle != "" {
			checks = append(checks, examineApp(ctx, client, r.Key, c)...)
		}
	}
	if len(checks) == 0 {
		return []check{{
			Name: "devices", Result: checkProblem, usage: true,
			Detail: fmt.Sprintf("no device is called %q, which %s names%s; there are %s", c.Target,
				harness.Origin("--target", c.Target), spelling.Suggest(c.Target, keys), strings.Join(keys, ", ")),
		}}
	}
	return checks
}

func examineApp(ctx context.Context, client *hdc.Client, key string, c harness.Config) []check {
	name := "app on " + key
	problem := func(err error) []check { return []check{{Name: name, Result: checkProblem, Detail: told(err)}} }
	d, err := device.Open(ctx, client, key, device.App{Bundle: c.Bundle, Ability: c.Ability})
	if err != nil {
		return problem(err)
	}
	ability := "home ability "
	if c.Ability != "" {
		ability = "ability "
		has, err := d.Abilities(ctx)
		if err != nil {
			return problem(err)
		}
		if !d.Has(has) {
			return problem(fmt.Errorf("%s has no ability %q, which %s names%s; it has %s", c.Bundle, c.Ability,
				harness.Origin("--ability", c.Ability), spelling.Suggest(c.Ability, has), strings.Join(has, ", ")))
		}
	}
	state, err := d.State(ctx)
	if err != nil {
		return problem(err)
	}
	return []check{
		{Name: name, Result: checkOK, Detail: fmt.Sprintf("%s is installed, %s%s, %s", c.Bundle, ability, d.App().Ability, state)},
		{Name: "notifications on " + key, Result: checkSkipped, Detail: "whether they are on for the app only its agent can say, and doctor starts no app: " +
			"look into the device's settings, or have `hdc-runner run` ask"},
	}
}

// examineWay says whether agents would find the hub of a run, where the hdc
// server is not on this machine.
func examineWay(c harness.Config) []check {
	const name = "way to the hub"
	home, err := c.WayHome()
	switch {
	case err != nil:
		return []check{{Name: name, Result: checkProblem, Detail: err.Error(), usage: c.HubAdvertise != ""}}
	case home == "":
		return nil
	}
	return []check{{Name: name, Result: checkSkipped, Detail: "whether " + home + " of the hdc server's machine leads here only a run can tell, in which somebody comes that way"}}
}

// examineAccount reads the service account, signs a JWT with it and asks the
// push endpoint for its certificate. It sends nothing.
func examineAccount(ctx context.Context, c harness.Config) []check {
	if c.ServiceAccount == "" {
		return []check{{Name: "service account", Result: checkSkipped, Detail: "name it with --service-account FILE"}}
	}
	account, err := pushcloud.LoadServiceAccount(c.ServiceAccount)
	if err != nil {
		return []check{{Name: "service account", Result: checkProblem, Detail: strings.TrimPrefix(err.Error(), "service account ")}}
	}
	checks := []check{{Name: "service account", Result: checkOK, Detail: fmt.Sprintf("project %s, key %s", account.ProjectID, account.KeyID)}}
	if _, err := harness.NewCloud(c); err != nil {
		return append(checks, check{Name: "push endpoint", Result: checkProblem, Detail: err.Error()})
	}
	issuer, err := harness.CloudIssuer(ctx, c)
	if err != nil {
		return append(checks, check{Name: "push endpoint", Result: checkProblem, Detail: err.Error()})
	}
	return append(checks, check{Name: "push endpoint", Result: checkOK, Detail: "reached, its certificate is issued by " + issuer})
}

func printChecks(w io.Writer, checks []check, asJSON bool) error {
	code := verdict.ExitPass
	for _, c := range checks {
		switch {
		case c.usage:
			code = verdict.ExitUsage
		case c.Result == checkProblem && code == verdict.ExitPass:
			code = verdict.ExitInfra
		}
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
	return exit(code)
}
