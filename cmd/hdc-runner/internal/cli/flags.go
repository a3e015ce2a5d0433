// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
)

// endpointFlags are the flags of run that name real endpoints, with the Config
// that they fill. One of them set means that nothing is simulated.
func endpointFlags(cmd *cobra.Command, c *harness.Config) {
	realFlags(cmd, c, "device by connect key, `SERIAL|all` (default: the only one)")
	cmd.Flags().StringVar(&c.TokenFile, "token-file", "", "`FILE` with the Push Token of an app that has no agent: what the screen alone can prove is then proved")
	cmd.Flags().StringVar(&c.HAP, "hap", "", "package `FILE[,FILE]` of the app, installed where another build is on a device, or none")
}

// realFlags name app and endpoints; target is the help of --target.
func realFlags(cmd *cobra.Command, c *harness.Config, target string) {
	f := cmd.Flags()
	f.StringVar(&c.ServiceAccount, "service-account", "", "service-account `FILE` that AppGallery Connect exports")
	f.StringVar(&c.Bundle, "bundle", "", "the app's bundle `NAME`")
	f.StringVar(&c.Target, "target", "", target)
	serverFlag(cmd, &c.HDCServer)
	f.StringVar(&c.HubAdvertise, "hub-advertise", "", "`127.0.0.1:PORT` of the hdc server's machine, which leads to the same port here; device n of a run takes PORT+n")
	cloudFlags(cmd, c)
	f.StringVar(&c.Receipts, "receipts", "", "`URL` of a collector of message receipts, as hdc-runner receipts serve starts it (default: none)")
	f.StringVar(&c.ReceiptsTokenFile, "receipts-token-file", "", "`FILE` with the collector's token")
	f.StringVar(&c.ReceiptsCA, "receipts-ca", "", "PEM `FILE` of further certificate authorities for the collector")
	f.StringVar(&c.Ability, "ability", "", "ability `NAME` to start (default: the home ability)")
}

func serverFlag(cmd *cobra.Command, addr *string) {
	cmd.Flags().StringVar(addr, "hdc-server", "", "hdc server `HOST:PORT` (default 127.0.0.1:8710, port by OHOS_HDC_SERVER_PORT)")
}

func cloudFlags(cmd *cobra.Command, c *harness.Config) {
	cmd.Flags().StringVar(&c.PushEndpoint, "push-endpoint", "", "base `URL` of the Push REST API (default: Push Kit's)")
	cmd.Flags().StringVar(&c.PushCA, "push-ca", "", "PEM `FILE` of further certificate authorities for the push endpoint")
}

// resolve joins flags with PUSHPROOF_* variables; a flag wins. real is false if
// neither names an endpoint.
func resolve(flags harness.Config) (c harness.Config, real bool, err error) {
	c = harness.Merge(flags, harness.Env())
	if !c.Real() {
		// What names no endpoint still counts.
		return c, false, nil
	}
	named := c.Named()
	if c.HDCServer == "" {
		if c.HDCServer, err = harness.Server(""); err != nil {
			return c, true, err
		}
	}
	c, err = c.Complete()
	var usage *harness.UsageError
	if errors.As(err, &usage) {
		err = &harness.UsageError{Problems: append(usage.Problems, whyReal(named))}
	}
	return c, true, err
}

// whyReal says to whom wanted a run on simulators why this is none.
func whyReal(named []string) string {
	if len(named) == 1 {
		return named[0] + " names something real, so that nothing is simulated; without it the run is on simulators"
	}
	return strings.Join(named, " and ") + " name something real, so that nothing is simulated; without them the run is on simulators"
}
