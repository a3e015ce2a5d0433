// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

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
	Emulator  bool   `json:"emulator,omitempty"`
	Simulated bool   `json:"simulated,omitempty"`
	// Problem says why the device cannot be used.
	Problem string `json:"problem,omitempty"`
}

func newDevices() *cobra.Command {
	var addr string
	var asJSON, watch bool
	cmd := &cobra.Command{
		Use:     "devices",
		Short:   "list the devices that the hdc server knows",
		Example: "  hdc-runner devices\n  hdc-runner devices --hdc-server 127.0.0.1:8710 --json\n  hdc-runner devices --watch",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := harness.Server(addr)
			if err != nil {
				return err
			}
			client := hdc.New(hdc.Options{Addr: server})
			if watch {
				return watchDevices(cmd, client, asJSON)
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

func listDevices(ctx context.Context, client *hdc.Client) ([]deviceRow, error) {
	targets, err := client.Targets(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]deviceRow, 0, len(targets))
	for _, t := range targets {
		row := deviceRow{Key: t.Key, Transport: t.Transport, State: string(t.State)}
		if t.State == hdc.StateConnected {
			d, err := device.Open(ctx, client, t.Key, device.App{})
			if err != nil {
				row.Problem = err.Error()
			} else {
				p := d.Profile()
				row.Type, row.Model, row.API, row.OSVersion, row.Emulator, row.Simulated = p.Type, p.Model, p.API, p.OSVersion, p.Emulator, p.Simulated
			}
		} else {
			row.Problem = stateAdvice[t.State]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// stateAdvice says what to do about a device that is not connected.
var stateAdvice = map[hdc.State]string{
	hdc.StateUnauthorized: "unlock the device and accept the question that it shows",
	hdc.StateOffline:      "plug it in again, or connect it with `hdc tconn IP:PORT`",
	hdc.StateReady:        "wait a moment: it is being connected",
	hdc.StateUnknown:      "plug it in again",
}

func printDevices(w io.Writer, rows []deviceRow) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, (&harness.TargetError{}).Error())
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tSTATE\tTYPE\tMODEL\tAPI\tOS\tNOTE")
	for _, r := range rows {
		note := r.Problem
		switch {
		case r.Simulated:
			note = "SIMULATED"
		case r.Emulator:
			note = "emulator"
		}
		api := ""
		if r.API > 0 {
			api = fmt.Sprint(r.API)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Key, r.State, r.Type, r.Model, api, r.OSVersion, note)
	}
	return table.Flush()
}
