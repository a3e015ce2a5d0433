// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// deviceRow is a line of devices.
type deviceRow struct {
	Key       string `json:"key"`
	Transport string `json:"transport"`
	State     string `json:"state"`
	Type      string `json:"type,omitempty"`
	Model     string `json:"model,omitempty"`
	API       int    `json:"api,omitempty"`
	OSVersion string `json:"osVersion,omitempty"`
	// Build is what kind of firmware it is, nil where it was not asked.
	Build     *device.Build `json:"build,omitempty"`
	Emulator  bool          `json:"emulator,omitempty"`
	Simulated bool          `json:"simulated,omitempty"`
	// Problem says why the device cannot be used.
	Problem string `json:"problem,omitempty"`
}

func newDevices() *cobra.Command {
	var addr string
	var asJSON, watch bool
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "list the devices that the hdc server knows",
		Long: "BUILD is user or engineering firmware, +log where it logs INFO by itself. Exit code: 0 done, or ended by Ctrl-C; 2\n" +
			"usage; 3 anything else.",
		Example: "  hdc-runner devices\n  hdc-runner devices --hdc-server 127.0.0.1:8710 --json\n  hdc-runner devices --watch",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := harness.Server(addr)
			if err != nil {
				return err
			}
			client := hdc.New(hdc.Options{Addr: server})
			err = reach(cmd.Context(), cmd.ErrOrStderr(), client, harness.Env())
			if watch {
				if err != nil {
					cmd.PrintErrf("hdc-runner: %s\n", told(err))
				}
				// One that is not there yet is waited for.
				return watchDevices(cmd, client, asJSON)
			}
			if err != nil {
				return err
			}
			rows, err := listDevices(cmd.Context(), client)
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(rows)
			}
			return printDevices(cmd.OutOrStdout(), rows)
		},
	}
	serverFlag(cmd, &addr)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array; with --watch an object a line")
	cmd.Flags().BoolVar(&watch, "watch", false, "say what comes and goes, until Ctrl-C")
	return cmd
}

// Bounds of the look at devices: how long each may take, of which a healthy one
// takes a part of a second, and how many are looked at at once.
const (
	lookLimit   = 5 * time.Second
	looksAtOnce = 8
)

// listDevices lists what the hdc server knows. A device that does not answer
// costs no more than lookLimit, and the others nothing.
func listDevices(ctx context.Context, client *hdc.Client) ([]deviceRow, error) {
	targets, err := client.Targets(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]deviceRow, len(targets))
	free := make(chan struct{}, looksAtOnce)
	var looks sync.WaitGroup
	for i, t := range targets {
		rows[i] = deviceRow{Key: t.Key, Transport: t.Transport, State: string(t.State), Problem: t.State.Advice()}
		if t.State != hdc.StateConnected {
			continue
		}
		looks.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			rows[i].look(ctx, client)
		})
	}
	looks.Wait()
	return rows, ctx.Err()
}

// look reads the device's profile.
func (r *deviceRow) look(ctx context.Context, client *hdc.Client) {
	looking, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	d, err := device.Open(looking, client, r.Key, device.App{})
	var away *hdc.TargetError
	switch {
	case err == nil:
		p := d.Profile()
		r.Type, r.Model, r.API, r.OSVersion, r.Build = p.Type, p.Model, p.API, p.OSVersion, &p.Build
		r.Emulator, r.Simulated = p.Emulator, p.Simulated
	case looking.Err() != nil && !errors.As(err, &away):
		r.Problem = fmt.Sprintf("read the device's parameters: no answer within %d s", lookLimit/time.Second)
	default:
		r.Problem = told(err)
	}
}

func printDevices(w io.Writer, rows []deviceRow) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, (&harness.TargetError{}).Error())
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tSTATE\tTRANSPORT\tTYPE\tMODEL\tAPI\tOS\tBUILD\tNOTE")
	for _, r := range rows {
		note := r.Problem
		switch {
		case r.Simulated:
			note = "SIMULATED"
		case r.Emulator:
			note = "emulator"
		}
		cells := []string{r.Key, r.State, r.Transport, r.Type, r.Model, number(r.API), r.OSVersion, buildWord(r.Build)}
		for i, cell := range cells {
			cells[i] = orDash(cell)
		}
		fmt.Fprintln(table, strings.TrimRight(strings.Join(append(cells, note), "\t"), "\t"))
	}
	return table.Flush()
}

// buildWord is a build in a cell of a table: what a shell may do depends on it.
func buildWord(b *device.Build) string {
	if b == nil {
		return ""
	}
	word := "user"
	if b.Engineering {
		word = "engineering"
	}
	if b.LogFirmware {
		word += "+log"
	}
	if !b.DeveloperMode {
		word += ", developer mode off"
	}
	return word
}
