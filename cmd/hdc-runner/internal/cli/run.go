// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// runFlags are the flags of run beside those that name endpoints.
type runFlags struct {
	config            harness.Config
	ledger            ledgerFlags
	runtime           runtimeFlag
	dryRun            bool
	filter            string
	allowInconclusive bool
	json, verbose     bool
	arrive, connect   time.Duration
	quiet             time.Duration
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run the acceptance suite and write a report",
		Long: "run proves pushes cell by cell: kind × device type × state × expectation.\n\n" +
			"With no flag that names a real endpoint it starts a simulated world on loopback: a Push Cloud, an hdc server\n" +
			"and a device of each type. One such flag is enough, and nothing is simulated.\n\n" +
			"Exit code: 0 all proved; 1 a fail of the app; 2 usage, or nothing selected; 3 trouble with device, network or quota.\n\n" + jsonHelp,
		Example: "  hdc-runner run\n" +
			"  hdc-runner run --label-filter 'alert && phone'\n" +
			"  hdc-runner run --service-account key.json --bundle com.example.app --target all",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := f.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			if f.json && !f.dryRun {
				err = asEvents(cmd.OutOrStdout(), err)
			}
			return err
		},
	}
	endpointFlags(cmd, &f.config)
	f.ledger.add(cmd)
	f.runtime.add(cmd)
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print what would be run on which device and what it costs; send nothing and start no app")
	cmd.Flags().StringVar(&f.filter, "label-filter", "", "Ginkgo label `FILTER` over kind, device type, state, expectation, condition")
	cmd.Flags().StringVar(&f.config.ReportDir, "report-dir", "", "`DIR` for report.json and junit.xml (default "+harness.DefaultReportDir+")")
	cmd.Flags().StringVar(&f.config.FormKey, "form-key", "", "`KEY` of the app's card that the suite writes its text to (default "+harness.DefaultFormKey+")")
	cmd.Flags().BoolVar(&f.config.Production, "production-messages", false, "send real messages in place of test messages")
	cmd.Flags().BoolVar(&f.allowInconclusive, "allow-inconclusive", false, "exit with 0 though cells were inconclusive")
	cmd.Flags().BoolVar(&f.json, "json", false, "print events as JSON lines, the last one a summary")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "list unsupported and not planned cells, and print what the workers log")
	durationFlag(cmd, &f.arrive, "arrive", 0, "how long to wait for a witness that should see the message (default 1m)")
	durationFlag(cmd, &f.quiet, "quiet", 0, "how long to wait before a message that should not be seen counts as not seen (default by kind, 20s to 30s)")
	durationFlag(cmd, &f.connect, "connect", 0, "how long to wait for the app's agent after its start (default 30s)")
	return cmd
}

func (f *runFlags) run(ctx context.Context, out, stderr io.Writer) error {
	// What cannot be meant is told before anything is started.
	if err := acceptance.CheckFilter(f.filter); err != nil {
		return err
	}
	if _, err := f.ledger.ledger(true); err != nil {
		return err
	}
	apps, err := f.runtime.runtime()
	if err != nil {
		return err
	}
	config, real, err := resolve(f.config)
	if err != nil {
		return err
	}
	if err := f.checkReportDir(config.ReportDir); err != nil {
		return err
	}
	if real {
		if err := f.runtime.refuse(f.config); err != nil {
			return err
		}
	}
	r := &report.Report{Schema: report.Schema, Run: harness.NewRun(), Version: Version(), Started: time.Now()}
	if !real {
		w, err := world.New(ctx, world.Options{Runtime: apps})
		if err != nil {
			return incomplete(err)
		}
		defer func() {
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if err := w.Close(closing); err != nil {
				fmt.Fprintf(stderr, "hdc-runner: %v\n", err)
			}
		}()
		simulated := w.Config()
		simulated.ReportDir, simulated.Production = config.ReportDir, config.Production
		if config, err = simulated.Complete(); err != nil {
			return err
		}
	}
	f.apply(&config)
	r.Bundle = config.Bundle
	return f.fleet(ctx, config, r, out, stderr)
}

// checkReportDir is called before anything is started: a run of which nothing
// can be kept is no use.
func (f *runFlags) checkReportDir(dir string) error {
	if f.dryRun {
		return nil
	}
	from := harness.Origin("--report-dir", dir)
	if dir == "" {
		dir = harness.DefaultReportDir
	}
	if err := report.CheckDir(dir); err != nil {
		return usagef("%s %s: no report can be written there: %v", from, dir, err)
	}
	return nil
}

// apply lets the flags that name no endpoint win over the Config.
func (f *runFlags) apply(c *harness.Config) {
	if f.quiet > 0 {
		for kind := range c.Quiet {
			c.Quiet[kind] = harness.Duration(f.quiet)
		}
	}
	if f.arrive > 0 {
		c.Arrive = harness.Duration(f.arrive)
	}
	if f.connect > 0 {
		c.Connect = harness.Duration(f.connect)
	}
}

func (f *runFlags) fleet(ctx context.Context, config harness.Config, r *report.Report, out, stderr io.Writer) error {
	// The service account is read here first: one message, not one a device.
	if _, err := harness.NewCloud(config); err != nil {
		return err
	}
	if err := harness.CheckReceipts(ctx, config); err != nil {
		return err
	}
	client := harness.NewHDC(config, nil)
	if err := reach(ctx, stderr, client, config); err != nil {
		return err
	}
	keys, err := harness.Targets(ctx, client, config.Target)
	if err != nil {
		return err
	}
	if r.Simulated, err = harness.Simulated(ctx, config, client, keys); err != nil {
		return err
	}
	if banner := r.Banner(); banner != "" && !f.json {
		fmt.Fprintln(out, banner)
	}
	order := fleet.Order{Config: config, Run: r.Run, Filter: f.filter, Verbose: f.verbose, Simulated: slices.Contains(r.Simulated, "cloud")}
	if order.Ledger, err = f.ledger.ledger(order.Simulated); err != nil {
		return err
	}
	if f.dryRun {
		return f.preview(ctx, client, keys, order, r, out, stderr)
	}
	if err := try(ctx, order.Ledger); err != nil {
		return err
	}
	options := fleet.Options{Progress: newProgress(out, f.verbose)}
	if f.json {
		options.Progress = newJSONProgress(out)
	}
	if f.verbose {
		options.Stderr = stderr
	}
	for n, key := range keys {
		order.Key = key
		if order.Config, err = config.ForDevice(n); err != nil {
			return err
		}
		options.Orders = append(options.Orders, order)
	}
	told := context.AfterFunc(ctx, func() {
		fmt.Fprintln(stderr, "hdc-runner: interrupted; cleaning up (once more ends it at once)")
	})
	r.Devices = fleet.Run(ctx, options)
	told()
	r.Ended, r.Interrupted = time.Now(), ctx.Err() != nil
	r.Tally(f.allowInconclusive)
	return f.conclude(r, config.ReportDir, out, stderr)
}

// try opens the ledger once: a message about it is printed once, not for each
// device.
func try(ctx context.Context, l fleet.Ledger) error {
	_, closeLedger, err := l.Open(ctx, nil)
	if err != nil {
		return err
	}
	return closeLedger()
}

// conclude writes the report, prints the summary and gives the exit code. Where
// nothing was judged, why says all there is to say.
func (f *runFlags) conclude(r *report.Report, dir string, out, stderr io.Writer) error {
	if err := r.Write(dir); err != nil {
		return err
	}
	if f.json {
		p := newJSONProgress(out)
		if r.ExitCode == verdict.ExitUsage {
			p.failed(f.nothing(r))
		}
		p.summary(r, dir)
		return exit(r.ExitCode)
	}
	if r.ExitCode == verdict.ExitUsage {
		fmt.Fprintf(stderr, "hdc-runner: %s\n", f.nothing(r))
	}
	if r.ExitCode != verdict.ExitUsage || f.verbose {
		r.Summary(out, f.verbose)
		fmt.Fprintf(out, "report: %s\n", dir)
	}
	if banner := r.Banner(); banner != "" {
		fmt.Fprintln(out, banner)
	}
	return exit(r.ExitCode)
}

func notPlanned(r *report.Report) []report.Skip {
	var all []report.Skip
	for _, d := range r.Devices {
		all = append(all, d.NotPlanned...)
	}
	return all
}

// nothing says why no cell was judged.
func (f *runFlags) nothing(r *report.Report) string {
	types := make([]string, len(r.Devices))
	for i, d := range r.Devices {
		types[i] = d.Type
	}
	return f.whyNothing(notPlanned(r), types)
}

func (f *runFlags) whyNothing(notPlanned []report.Skip, types []string) string {
	if len(notPlanned) > 0 {
		s := notPlanned[0]
		return fmt.Sprintf("nothing to judge: every selected cell is not planned here, e.g. %s: %s (%s)", s.ID, s.Reason, s.Source)
	}
	return fmt.Sprintf("--label-filter %q selects no cell of the devices that are here: %s", f.filter, strings.Join(types, ", "))
}
