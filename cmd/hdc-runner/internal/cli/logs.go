// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/device"
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
	var level, nonce, bundle string
	var asJSON, raise bool
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "follow a device's log, and say where lines are missing",
		Long: "A device shows what its level lets through: consumer firmware warnings and errors only, unless --raise lowers the\n" +
			"level for as long as this runs. Where the device has left lines out, stderr says so. With --nonce and --bundle the\n" +
			"lines around a message are printed: those of the app, and of the services that name it. Exit code: 0 done, or ended\n" +
			"by Ctrl-C; 2 usage; 3 anything else.",
		Example: "  hdc-runner logs --tag Push\n  hdc-runner logs --recent --last 100 --level W --json\n  hdc-runner logs --raise --nonce c45a79690f350b4d\n" +
			"  hdc-runner logs --nonce c45a79690f350b4d --bundle com.example.app",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case nonce != "" && filter.Match != "":
				return usagef("--nonce and --match exclude each other: both say what a message holds")
			case bundle != "" && nonce == "":
				return usagef("--bundle goes with --nonce: it prints the lines around one message")
			}
			filter.Level = hdc.LogLevel(level)
			if nonce != "" {
				filter.Match = regexp.QuoteMeta(nonce)
			}
			if err := filter.Check(); err != nil {
				return usagef("%v", err)
			}
			client, key, err := o.device(cmd)
			if err != nil {
				return err
			}
			p := &logPrinter{cmd: cmd, json: asJSON}
			if bundle != "" {
				return p.around(client, key, bundle, nonce)
			}
			if raise {
				restore, err := raiseLog(cmd, client, key)
				if err != nil {
					return err
				}
				defer restore()
			}
			if !asJSON && !filter.Recent {
				cmd.PrintErrf("hdc-runner: following %s: nothing comes until a line fits; Ctrl-C ends\n", key)
			}
			for line, err := range client.Logs(cmd.Context(), key, filter) {
				if err != nil {
					return ended(cmd.Context(), err)
				}
				if err := p.print(line); err != nil {
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
	f.StringVar(&nonce, "nonce", "", "lines whose message holds a message's `NONCE`")
	f.StringVar(&bundle, "bundle", "", "with --nonce, what the log keeps around the message to the app of this `NAME`")
	f.BoolVar(&raise, "raise", false, "have the device log INFO, too, until this ends")
	f.BoolVar(&asJSON, "json", false, "print a JSON object a line")
	return cmd
}

// raiseLog lowers the device's log level. restore puts it back, also after an
// interrupt.
func raiseLog(cmd *cobra.Command, client *hdc.Client, key string) (restore func(), err error) {
	d, err := device.Open(cmd.Context(), client, key, device.App{})
	if err != nil {
		return nil, err
	}
	restore = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), removeWait)
		defer cancel()
		if err := d.RestoreAll(ctx); err != nil {
			cmd.PrintErrf("hdc-runner: %v\n", err)
		}
	}
	if err := d.RaiseLog(cmd.Context()); err != nil {
		restore()
		return nil, err
	}
	cmd.PrintErrln("hdc-runner: the device logs INFO, too, until this ends")
	return restore, nil
}

// logPrinter prints lines, and says on standard error where some are missing.
type logPrinter struct {
	cmd  *cobra.Command
	json bool
}

func (p *logPrinter) print(line hdc.LogLine) (err error) {
	if p.json {
		err = json.NewEncoder(p.cmd.OutOrStdout()).Encode(rowOf(line))
	} else {
		_, err = fmt.Fprintln(p.cmd.OutOrStdout(), line.Raw)
	}
	if line.Lost != nil {
		p.cmd.PrintErrf("hdc-runner: incomplete: %s (%s)\n", line.Lost.Why, countOf(line.Lost.Lines))
	}
	return err
}

// logAround is how much of the log around a message is printed.
const logAround = 10 * time.Second

// around prints what the log keeps around a message.
func (p *logPrinter) around(client *hdc.Client, key, bundle, nonce string) error {
	ctx := p.cmd.Context()
	d, err := device.Open(ctx, client, key, device.App{Bundle: bundle})
	if err != nil {
		return err
	}
	window, err := d.LogWindow(ctx, nonce, logAround)
	if restored := d.RestoreAll(context.WithoutCancel(ctx)); err == nil {
		err = restored
	}
	if err != nil {
		return err
	}
	for _, line := range window.Lines {
		if err := p.print(line); err != nil {
			return err
		}
	}
	if !window.Found {
		p.cmd.PrintErrf("hdc-runner: no line holds %q; these are the app's latest\n", nonce)
	}
	for _, gap := range window.Gaps {
		p.cmd.PrintErrf("hdc-runner: incomplete: %s\n", gap)
	}
	return nil
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
	if lines == 1 {
		return "1 line is missing"
	}
	return fmt.Sprintf("%d lines are missing", lines)
}
