// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

// ruleRow is an element of forward --list --json.
type ruleRow struct {
	Key string `json:"key"`
	// Reverse says that the device listens; both ports are of 127.0.0.1.
	Reverse bool `json:"reverse"`
	Host    int  `json:"hostPort"`
	Device  int  `json:"devicePort"`
}

// listRules prints the rules of all devices, or of the one that --target names.
func (o *tool) listRules(cmd *cobra.Command, asJSON bool) error {
	client, err := o.client(cmd)
	if err != nil {
		return err
	}
	rules, err := o.rules(cmd, client)
	if err != nil {
		return err
	}
	if asJSON {
		rows := make([]ruleRow, len(rules))
		for i, r := range rules {
			rows[i] = ruleRow{Key: r.Key, Reverse: r.Reverse, Host: r.Host, Device: r.Device}
		}
		return printJSON(cmd.OutOrStdout(), rows)
	}
	return printRules(cmd.OutOrStdout(), rules)
}

func printRules(w io.Writer, rules []*hdc.Rule) error {
	if len(rules) == 0 {
		_, err := fmt.Fprintln(w, "the hdc server holds no rule")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tLISTENS\tREACHES\tRULE")
	for _, r := range rules {
		listens, reaches := fmt.Sprintf("host %d", r.Host), fmt.Sprintf("device %d", r.Device)
		if r.Reverse {
			listens, reaches = reaches, listens
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%v\n", r.Key, listens, reaches, r)
	}
	return table.Flush()
}

// one reports whether one device is named.
func (o *tool) one() bool { return o.target != "" && o.target != "all" }

// rules returns what the server holds, of the named device alone if one is
// named.
func (o *tool) rules(cmd *cobra.Command, client *hdc.Client) ([]*hdc.Rule, error) {
	all, err := client.Forwards(cmd.Context())
	if err != nil {
		return nil, err
	}
	var rules []*hdc.Rule
	for _, r := range all {
		if !o.one() || r.Key == o.target {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// removeRules removes the rules that match; hdc removes a rule of every device
// that has the same two ports, and so each is named. what is the rule that must be
// there, "" if none must.
func (o *tool) removeRules(cmd *cobra.Command, what string, match func(*hdc.Rule) bool) error {
	client, err := o.client(cmd)
	if err != nil {
		return err
	}
	named, err := o.rules(cmd, client)
	if err != nil {
		return err
	}
	all, err := client.Forwards(cmd.Context())
	if err != nil {
		return err
	}
	gone := map[string]bool{}
	for _, r := range named {
		if match(r) && !gone[r.String()] {
			if err := r.Remove(cmd.Context()); err != nil {
				return err
			}
			gone[r.String()] = true
		}
	}
	switch {
	case len(gone) > 0:
	case what == "" && o.one():
		cmd.PrintErrf("hdc-runner: the hdc server holds no rule of %s\n", o.target)
	case what == "":
		cmd.PrintErrln("hdc-runner: the hdc server holds no rule")
	default:
		return usagef("the hdc server holds no such rule: %s; see: %s forward --list", what, programName())
	}
	for _, r := range all {
		if gone[r.String()] {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: removed %v\n", r.Key, r); err != nil {
				return err
			}
		}
	}
	return nil
}
