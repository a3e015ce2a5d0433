// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/device/emulator"
	"github.com/pushproof/pushproof/harness/hdc"
)

// bootWait is how long emulator start waits by default.
const bootWait = 5 * time.Minute

const emulatorCodes = "Exit code: 0 done; 2 usage, or no such emulator; 3 anything else."

func newEmulator() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "list, start and stop the emulators of DevEco Studio",
		Long: "The Emulator program is found beside the SDK of DEVECO_SDK_HOME, beside hdc, at the usual places or in PATH, or\n" +
			"HARMONY_EMULATOR names it. It makes no emulators: that takes DevEco Studio's Device Manager, or Emulator -create.",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEmulatorList(), newEmulatorStart(), newEmulatorStop())
	return cmd
}

func newEmulatorList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "list the emulators of this machine",
		Long:    emulatorCodes,
		Example: "  hdc-runner emulator list",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tool, err := emulator.Find(emulator.Options{})
			if err != nil {
				return err
			}
			instances, err := tool.List(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), append([]emulator.Instance{}, instances...))
			}
			return printEmulators(cmd.OutOrStdout(), instances)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func printEmulators(w io.Writer, instances []emulator.Instance) error {
	if len(instances) == 0 {
		_, err := fmt.Fprintln(w, "there is no emulator: create one in DevEco Studio's Device Manager, or by: Emulator -create")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tTYPE\tAPI\tOS\tPORT")
	for _, i := range instances {
		state := "stopped"
		if i.Running {
			state = "running"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", i.Name, state, orDash(i.Type), orDash(number(i.API)), orDash(i.OSVersion), orDash(number(i.Port)))
	}
	return table.Flush()
}

// emulatorRow is what emulator start --json prints.
type emulatorRow struct {
	Name string `json:"name"`
	// Key is the connect key, "" where --no-wait leaves it unknown.
	Key string `json:"key,omitempty"`
	// Booted says that its system has come up.
	Booted bool `json:"booted"`
	// Found says that it ran before.
	Found bool `json:"found,omitempty"`
	// Log is the file with what the emulator prints.
	Log string `json:"log,omitempty"`
}

func newEmulatorStart() *cobra.Command {
	var o tool
	var start emulator.StartOptions
	var find emulator.Options
	var wait time.Duration
	var noWait, asJSON bool
	cmd := &cobra.Command{
		Use:   "start NAME",
		Short: "start an emulator, wait until its system has come up, and print its connect key",
		Long: "One that runs is taken as it is. It stays until hdc-runner emulator stop; Ctrl-C while it starts ends it. The\n" +
			"hdc server has to be on this machine. " + emulatorCodes,
		Example: "  hdc-runner emulator start 'Pura 90'\n  hdc-runner emulator start 'Pura 90' --no-window --wait 10m --json",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := emulator.Find(find)
			if err != nil {
				return err
			}
			var client *hdc.Client
			if !noWait {
				if client, err = o.client(cmd); err != nil {
					return err
				}
			}
			run, err := found.Start(cmd.Context(), args[0], start)
			if err != nil {
				return emulatorUsage(err)
			}
			row := emulatorRow{Name: run.Name(), Key: run.Key(), Found: run.Found(), Log: run.Log()}
			if !noWait {
				if row.Key, err = booted(cmd, run, client, wait); err != nil {
					return err
				}
				row.Booted = true
			}
			switch {
			case asJSON:
				return printJSON(cmd.OutOrStdout(), row)
			case row.Key == "":
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is starting; hdc-runner devices shows its key\n", row.Name)
			default:
				_, err = fmt.Fprintln(cmd.OutOrStdout(), row.Key)
			}
			return err
		},
	}
	serverFlag(cmd, &o.server)
	f := cmd.Flags()
	f.IntVar(&start.Port, "port", 0, "its hdc `PORT` on this machine, 10000 to 16555 (default: a free one)")
	f.BoolVar(&start.NoWindow, "no-window", false, "show no window (default where Linux has no display)")
	f.StringVar(&find.Instances, "instances", "", "`FOLDER` of the emulators (default: where the emulator says that they are)")
	f.StringVar(&find.Images, "images", "", "`FOLDER` that holds system-image (default: where the emulator says that it is)")
	f.BoolVar(&noWait, "no-wait", false, "start it, and do not wait")
	durationFlag(cmd, &wait, "wait", bootWait, "`TIME` to wait until its system has come up")
	f.BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

// booted waits until an emulator can be used. An interrupt ends what was
// started; whatever else is wrong is left to be looked at.
func booted(cmd *cobra.Command, run *emulator.Run, client *hdc.Client, wait time.Duration) (key string, err error) {
	if !run.Found() {
		cmd.PrintErrf("hdc-runner: starting %s; what it says is in %s\n", run.Name(), run.Log())
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), wait)
	defer cancel()
	key, err = run.WaitBooted(ctx, client)
	if err == nil || run.Found() {
		return key, err
	}
	if cmd.Context().Err() != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), stopWait)
		defer cancel()
		if stopped := run.Stop(ctx); stopped != nil {
			cmd.PrintErrf("hdc-runner: %v\n", stopped)
		}
		return "", cmd.Context().Err()
	}
	var ended *emulator.StartError
	if !errors.As(err, &ended) {
		cmd.PrintErrf("hdc-runner: %s stays as it is; end it with: %s emulator stop %s\n", run.Name(), programName(), word(run.Name()))
	}
	return "", err
}

// stopWait bounds the end of an emulator whose start was interrupted.
const stopWait = 15 * time.Second

func newEmulatorStop() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "stop NAME",
		Short:   "end an emulator",
		Long:    "One that does not run is no error. " + emulatorCodes,
		Example: "  hdc-runner emulator stop 'Pura 90'",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			tool, err := emulator.Find(emulator.Options{})
			if err != nil {
				return err
			}
			if err := tool.Stop(cmd.Context(), args[0]); err != nil {
				return emulatorUsage(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: stopped\n", args[0])
			return err
		},
	}
	return cmd
}

// emulatorUsage makes a usage error of what another command line puts right.
func emulatorUsage(err error) error {
	var name *emulator.NameError
	var none *emulator.NoInstanceError
	var port *emulator.PortError
	if errors.As(err, &name) || errors.As(err, &none) || errors.As(err, &port) {
		return usagef("%v", err)
	}
	return err
}

// printJSON prints one indented value.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// orDash marks an empty cell of a table.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// number is a cell of a table, "" for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
