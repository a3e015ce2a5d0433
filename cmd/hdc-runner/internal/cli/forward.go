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

// forwardFlags are what forward is asked to do.
type forwardFlags struct{ reverse, list, remove, removeAll, stay, json bool }

func newForward() *cobra.Command {
	var o tool
	var do forwardFlags
	cmd := &cobra.Command{
		Use:   "forward HOSTPORT DEVICEPORT",
		Short: "hold a port of a device open on the hdc server's machine, or the other way round",
		Long: "The rule lasts until Ctrl-C, and is made again when the device or the hdc server returns, or once its port is free\n" +
			"again; with --stay it lasts until --remove, or until one of both goes. Both ends are 127.0.0.1: of the device, and of\n" +
			"the machine on which the hdc server runs. Without --reverse a port may be written as for hdc fport, tcp:9230. That the rule stands does not mean that anything listens. Exit code: 0\n" +
			"done, or ended by Ctrl-C; 2 usage, or no such rule; 3 anything else.",
		Example: "  hdc-runner forward 9230 9229\n  hdc-runner forward --reverse 8080 18080\n  hdc-runner forward --stay 9230 9229\n" +
			"  hdc-runner forward --list\n  hdc-runner forward --remove 9230 9229\n  hdc-runner forward --remove-all",
		Args: func(cmd *cobra.Command, args []string) error {
			if do.list || do.removeAll {
				return noArgs(cmd, args)
			}
			return exactly(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return forward(cmd, &o, do, args) },
	}
	o.flags(cmd, theOnly)
	f := cmd.Flags()
	f.BoolVar(&do.reverse, "reverse", false, "the device listens on DEVICEPORT, and reaches HOSTPORT")
	f.BoolVar(&do.stay, "stay", false, "make the rule, and end")
	f.BoolVar(&do.list, "list", false, "print the rules of all devices, or of --target")
	f.BoolVar(&do.remove, "remove", false, "remove the rule of these ports, as it was made: with --reverse or without")
	f.BoolVar(&do.removeAll, "remove-all", false, "remove the rules of all devices, or of --target")
	f.BoolVar(&do.json, "json", false, "with --list, print a JSON array")
	return cmd
}

// check refuses flags that contradict each other.
func (do forwardFlags) check() error {
	var verbs []string
	for _, verb := range []struct {
		name string
		set  bool
	}{{"--list", do.list}, {"--remove", do.remove}, {"--remove-all", do.removeAll}, {"--stay", do.stay}} {
		if verb.set {
			verbs = append(verbs, verb.name)
		}
	}
	switch {
	case len(verbs) > 1:
		return usagef("%s exclude each other", strings.Join(verbs, " and "))
	case do.reverse && (do.list || do.removeAll):
		return usagef("--reverse goes with two ports, not with %s", verbs[0])
	case do.json && !do.list:
		return usagef("--json goes with --list")
	}
	return nil
}

func forward(cmd *cobra.Command, o *tool, do forwardFlags, args []string) error {
	if err := do.check(); err != nil {
		return err
	}
	switch {
	case do.list:
		return o.listRules(cmd, do.json)
	case do.removeAll:
		return o.removeRules(cmd, "", func(*hdc.Rule) bool { return true })
	}
	if do.reverse {
		for _, arg := range args {
			if strings.HasPrefix(arg, tcpNode) {
				return usagef("--reverse takes ports without %s, and HOSTPORT first: `hdc rport` names the device's port first; type: %s", tcpNode, cmd.UseLine())
			}
		}
	}
	host, err := portOf(args[0])
	if err != nil {
		return err
	}
	device, err := portOf(args[1])
	if err != nil {
		return err
	}
	if do.remove {
		wanted := hdc.Rule{Reverse: do.reverse, Host: host, Device: device}
		return o.removeRules(cmd, wanted.String(), func(r *hdc.Rule) bool { return r.String() == wanted.String() })
	}
	client, key, err := o.device(cmd)
	if err != nil {
		return err
	}
	f := &forwarder{cmd: cmd, client: client, key: key, make: func(ctx context.Context) (*hdc.Rule, error) {
		if do.reverse {
			return client.Reverse(ctx, key, device, host)
		}
		return client.Forward(ctx, key, host, device)
	}}
	if !do.stay {
		return f.hold(cmd.Context())
	}
	rule, err := f.make(cmd.Context())
	if err == nil {
		sayRule(cmd, key, "made", rule)
	}
	return err
}

// tcpNode is how hdc fport and rport begin a port.
const tcpNode = "tcp:"

func portOf(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(text, tcpNode))
	if err != nil || n < 1 || n > 65535 {
		return 0, usagef("%q is no port: it is a number from 1 to 65535, also as tcp:NUMBER; no other kind of end is forwarded", text)
	}
	return n, nil
}

// removal is the command that removes a rule.
func removal(rule *hdc.Rule) string {
	ports := fmt.Sprintf("%d %d", rule.Host, rule.Device)
	if rule.Reverse {
		ports = "--reverse " + ports
	}
	return programName() + " forward --remove " + ports
}
