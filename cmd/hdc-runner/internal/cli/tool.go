// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// tool is what the commands that use one device share.
type tool struct{ server, target string }

// flags adds --hdc-server and --target.
func (o *tool) flags(cmd *cobra.Command, target string) {
	serverFlag(cmd, &o.server)
	cmd.Flags().StringVar(&o.target, "target", "", target)
}

// theOnly is the help of --target of a command for one device.
const theOnly = "device by connect key, `SERIAL` (default: the only one)"

// client returns a client of a server that answers, and starts one where the
// hdc program is at hand.
func (o *tool) client(cmd *cobra.Command) (*hdc.Client, error) {
	c := harness.Merge(harness.Config{HDCServer: o.server, Target: o.target}, harness.Env())
	o.target = c.Target
	addr, err := harness.Server(c.HDCServer)
	if err != nil {
		return nil, err
	}
	client := hdc.New(hdc.Options{Addr: addr})
	return client, reach(cmd.Context(), cmd.ErrOrStderr(), client, c)
}

// devices returns the devices that are meant; one is right.
func (o *tool) devices(cmd *cobra.Command) (*hdc.Client, []string, error) {
	client, err := o.client(cmd)
	if err != nil {
		return nil, nil, err
	}
	keys, err := harness.Targets(cmd.Context(), client, o.target)
	return client, keys, err
}

// device returns the one device that is meant.
func (o *tool) device(cmd *cobra.Command) (*hdc.Client, string, error) {
	client, keys, err := o.devices(cmd)
	if refused := (*harness.TargetError)(nil); errors.As(err, &refused) {
		refused.One = true
	}
	if err != nil {
		return nil, "", err
	}
	if len(keys) != 1 {
		return nil, "", usagef("%s is for one device: name one by --target", cmd.CommandPath())
	}
	return client, keys[0], nil
}

// open opens the one device that is meant, whatever app is on it.
func (o *tool) open(cmd *cobra.Command) (*device.Device, string, error) {
	client, key, err := o.device(cmd)
	if err != nil {
		return nil, "", err
	}
	d, err := device.Open(cmd.Context(), client, key, device.App{})
	return d, key, err
}

// exactly refuses another number of arguments, with how the command is used.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s got %s; it is used like: %s", cmd.CommandPath(), many(len(args), "argument"), cmd.UseLine())
		}
		return nil
	}
}

// atLeast refuses fewer arguments, with how the command is used.
func atLeast(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return exactly(n)(cmd, args)
		}
		return nil
	}
}

// ended returns nil for what an interrupt has ended: that is how it is meant to
// end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
