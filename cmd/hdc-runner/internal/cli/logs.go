// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

// logRow is a line of logs --json.
type logRow struct {
	Time    string `json:"time,omitempty"`
	PID     int    `json:"pid,omitempty"`
	TID     int    `json:"tid,omitempty"`
	Level   string `json:"level,omitempty"`
	Type    string `json:"type,omitempty"`
	Domain  string `json:"domain,omitempty"`
	Process string `json:"process,omitempty"`
	Tag     string `json:"tag,omitempty"`
	Message string `json:"message,omitempty"`
	// Lost says why lines are missing here, LostLines how many, 0 if unknown.
	Lost      string `json:"lost,omitempty"`
	LostLines int    `json:"lostLines,omitempty"`
	// Raw is a line that could not be read.
	Raw string `json:"raw,omitempty"`
}

func newLogs() *cobra.Command {
	var o tool
	var filter hdc.LogFilter
	var level string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "follow a device's log, and say where lines are missing",
		Long: "A device shows what its level lets through: consumer firmware warnings and errors only, until\n" +
			"`hdc-runner shell hilog -b I`. Where the device has left lines out, stderr says so. Exit code: 0 done, or\n" +
			"ended by Ctrl-C; 2 usage; 3 anything else.",
		Example: "  hdc-runner logs --tag Push\n  hdc-runner logs --recent --last 100 --level W --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, key, err := o.device(cmd)
			if err != nil {
				return err
			}
			filter.Level = hdc.LogLevel(level)
			enc := json.NewEncoder(cmd.OutOrStdout())
			for line, err := range client.Logs(cmd.Context(), key, filter) {
				var argument *hdc.ArgumentError
				switch {
				case errors.As(err, &argument):
					return usagef("%v", err)
				case err != nil:
					return ended(cmd.Context(), err)
				case asJSON:
					err = enc.Encode(rowOf(line))
				default:
					_, err = fmt.Fprintln(cmd.OutOrStdout(), line.Raw)
				}
				if line.Lost != nil {
					cmd.PrintErrf("hdc-runner: incomplete: %s (%s)\n", line.Lost.Why, countOf(line.Lost.Lines))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	o.flags(cmd, theOnly)
	f := cmd.Flags()
	f.BoolVar(&filter.Recent, "recent", false, "print what the device keeps and end")
	f.IntVar(&filter.Last, "last", 0, "with --recent, the last `N` lines only")
	f.StringVar(&filter.Tag, "tag", "", "lines of one `TAG`")
	f.Uint32Var(&filter.Domain, "domain", 0, "lines of one `DOMAIN`, such as 0x2D00")
	f.StringVar(&level, "level", "", "lowest `LEVEL`: D, I, W, E or F")
	f.IntVar(&filter.PID, "pid", 0, "lines of one process, by its `ID`")
	f.StringVar(&filter.Match, "match", "", "lines whose message matches the `REGEXP`")
	f.BoolVar(&asJSON, "json", false, "print a JSON object a line")
	return cmd
}

func rowOf(l hdc.LogLine) logRow {
	row := logRow{Time: l.Time, PID: l.PID, TID: l.TID, Level: string(l.Level), Type: l.Type, Domain: l.Domain,
		Process: l.Process, Tag: l.Tag, Message: l.Message}
	if l.Time == "" {
		row.Raw = l.Raw
	}
	if l.Lost != nil {
		row.Lost, row.LostLines = string(l.Lost.Why), l.Lost.Lines
	}
	return row
}

func countOf(lines int) string {
	if lines == 0 {
		return "it is not known how many lines are missing"
	}
	return fmt.Sprintf("%d lines are missing", lines)
}
