// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/pushproof/pushproof/harness/verdict"
)

// print writes the plan for a person or, as one object, for a program.
func (d *dryRun) print(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}
	for _, row := range d.Devices {
		if err := row.print(w); err != nil {
			return err
		}
	}
	if err := d.printCosts(w); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\ndry run: nothing was sent and no app was started; whether notifications are on, on which some cells depend, is known only when it runs")
	return err
}

func (row dryRunDevice) print(w io.Writer) error {
	if row.Error != "" {
		_, err := fmt.Fprintf(w, "\n%s cannot be planned for: %s\n", row.Key, row.Error)
		return err
	}
	fmt.Fprintf(w, "\n%s %s: %s, API %d\n", row.Type, row.Key, row.Model, row.API)
	if len(row.Cells)+len(row.Unsupported)+len(row.NotPlanned) == 0 {
		_, err := fmt.Fprintln(w, "  nothing is selected")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range row.Cells {
		text := listMessages(c.Messages)
		if c.Lasting != "" {
			text += "; what stays: " + c.Lasting
		}
		fmt.Fprintf(table, "  run\t%s\t%s\n", c.ID, text)
	}
	for _, s := range row.Unsupported {
		fmt.Fprintf(table, "  unsupported\t%s\t%s (%s)\n", s.ID, s.Reason, s.Source)
	}
	for _, s := range row.NotPlanned {
		fmt.Fprintf(table, "  not planned\t%s\t%s (%s)\n", s.ID, s.Reason, s.Source)
	}
	return table.Flush()
}

func (d *dryRun) printCosts(w io.Writer) error {
	messages := "messages"
	if d.TestMessages {
		messages = "test messages"
	}
	planned := func(row dryRunDevice) bool { return len(row.Messages) > 0 }
	if !slices.ContainsFunc(d.Devices, planned) {
		_, err := fmt.Fprintln(w, "\nit costs nothing")
		return err
	}
	fmt.Fprintf(w, "\nwhat it costs project %s, in %s\n", d.Project, messages)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range d.Devices {
		if planned(row) {
			fmt.Fprintf(table, "  %s %s\t%s\n", row.Type, row.Key, listMessages(row.Messages))
		}
	}
	if err := table.Flush(); err != nil || len(d.Costs) == 0 {
		return err
	}
	fmt.Fprintln(w, "\nwhat it takes of Push Kit's limits")
	fmt.Fprintln(table, "  limit\tfor\tsent\tplanned\tat most")
	for _, c := range d.Costs {
		fmt.Fprintf(table, "  %s %s\t%s\t%d\t%d\t%d\n", c.What, c.Period, c.Scope, c.Sent, c.Planned, c.Most)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(d.Simulated) > 0 {
		_, err := fmt.Fprintln(w, "  (a run on simulators is not limited and counts for nothing)")
		return err
	}
	return nil
}

// exit is 2 where nothing would be judged, and 3 where a device cannot be
// planned for.
func (d *dryRun) exit() int {
	judged := false
	for _, row := range d.Devices {
		if row.Error != "" {
			return verdict.ExitInfra
		}
		judged = judged || len(row.Cells)+len(row.Unsupported) > 0
	}
	if !judged {
		return verdict.ExitUsage
	}
	return verdict.ExitPass
}
