// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
)

// endpointFlags are the flags that name real endpoints, with the Config that
// they fill. One of them set means that nothing is simulated.
func endpointFlags(cmd *cobra.Command, c *harness.Config) {
	f := cmd.Flags()
	f.StringVar(&c.ServiceAccount, "service-account", "", "service-account `FILE` that AppGallery Connect exports")
	f.StringVar(&c.Bundle, "bundle", "", "the app's bundle `NAME`")
	f.StringVar(&c.Target, "target", "", "device by connect key, `SERIAL|all` (default: the only one)")
	serverFlag(cmd, &c.HDCServer)
	cloudFlags(cmd, c)
	f.StringVar(&c.Receipts, "receipts", "", "`URL` of a collector of message receipts, as hdc-runner receipts serve starts it (default: none)")
	f.StringVar(&c.ReceiptsTokenFile, "receipts-token-file", "", "`FILE` with the collector's token")
	f.StringVar(&c.ReceiptsCA, "receipts-ca", "", "PEM `FILE` of further certificate authorities for the collector")
	f.StringVar(&c.Ability, "ability", "", "ability `NAME` to start (default: the home ability)")
	f.StringVar(&c.HAP, "hap", "", "package `FILE` to install")
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
	c.HDCServer = harness.ServerAddress(c.HDCServer)
	c, err = c.Complete()
	return c, true, err
}
