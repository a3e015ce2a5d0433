// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

// removeWait bounds the removal of a rule at the end.
const removeWait = 5 * time.Second

func newForward() *cobra.Command {
	var o tool
	var reverse bool
	cmd := &cobra.Command{
		Use:   "forward HOSTPORT DEVICEPORT",
		Short: "hold a port of a device open on the hdc server's machine, or the other way round",
		Long: "The rule lasts until Ctrl-C, and is made again when the device or the hdc server returns. Both ends are\n" +
			"127.0.0.1: of the device, and of the machine on which the hdc server runs. That the rule stands does not mean\n" +
			"that anything listens. Exit code: 0 ended by Ctrl-C; 2 usage; 3 anything else.",
		Example: "  hdc-runner forward 9230 9229\n  hdc-runner forward --reverse 8080 18080",
		Args:    exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			host, err1 := strconv.Atoi(args[0])
			device, err2 := strconv.Atoi(args[1])
			for i, err := range []error{err1, err2} {
				if n := []int{host, device}[i]; err != nil || n < 1 || n > 65535 {
					return usagef("%q is no port: it is a number from 1 to 65535", args[i])
				}
			}
			client, key, err := o.device(cmd)
			if err != nil {
				return err
			}
			f := &forwarder{cmd: cmd, client: client, key: key, make: func(ctx context.Context) (*hdc.Rule, error) {
				if reverse {
					return client.Reverse(ctx, key, device, host)
				}
				return client.Forward(ctx, key, host, device)
			}}
			return f.hold(cmd.Context())
		},
	}
	o.flags(cmd, theOnly)
	cmd.Flags().BoolVar(&reverse, "reverse", false, "the device listens on DEVICEPORT, and reaches HOSTPORT")
	return cmd
}

// forwarder keeps one rule.
type forwarder struct {
	cmd    *cobra.Command
	client *hdc.Client
	key    string
	make   func(context.Context) (*hdc.Rule, error)
}

// hold makes the rule, makes it again after each return of the device, and
// removes it when ctx ends.
func (f *forwarder) hold(ctx context.Context) error {
	rule, err := f.make(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeWait)
		defer cancel()
		if err := rule.Remove(ctx); err != nil {
			f.cmd.PrintErrf("hdc-runner: the rule stays: %v; remove it with: hdc %s\n", err, removal(rule))
		}
	}()
	f.say("ready", rule)
	there := true
	for e := range f.client.Watch(ctx, 0) {
		ready := e.Kind != hdc.Unlisted && e.Target.State == hdc.StateConnected
		switch {
		case e.Kind == hdc.ServerLost:
			f.cmd.PrintErrf("hdc-runner: the hdc server is away, and the rule with it: %v\n", e.Err)
		case e.Kind == hdc.ServerFound:
			// A server that restarted lists the device as it found it then, which
			// need not be another state than before.
			f.again(ctx, rule)
		case e.Target.Key != f.key:
		case ready:
			there = true
			f.again(ctx, rule)
		case there:
			there = false
			f.cmd.PrintErrf("hdc-runner: %s is away, and the rule with it: %s\n", f.key, hdc.StateOffline.Advice())
		}
	}
	return nil
}

// again makes the rule once more unless it still stands.
func (f *forwarder) again(ctx context.Context, rule *hdc.Rule) {
	held, err := f.client.Forwards(ctx)
	for _, r := range held {
		if r.Key == f.key && r.String() == rule.String() {
			return
		}
	}
	if err == nil {
		_, err = f.make(ctx)
	}
	if err != nil {
		if ctx.Err() == nil {
			f.cmd.PrintErrf("hdc-runner: the rule could not be made again: %v\n", err)
		}
		return
	}
	f.say("again", rule)
}

func (f *forwarder) say(how string, rule *hdc.Rule) {
	fmt.Fprintf(f.cmd.OutOrStdout(), "%s: %s %v\n", f.key, how, rule)
}

// removal is the command that removes a rule.
func removal(rule *hdc.Rule) string {
	_, nodes, _ := strings.Cut(rule.String(), " ")
	return "fport rm " + nodes
}
