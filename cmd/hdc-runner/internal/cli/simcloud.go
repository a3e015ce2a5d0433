// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
	"github.com/pushproof/pushproof/harness/sim/cloud/control"
	"github.com/pushproof/pushproof/harness/sim/cloud/demo"
	"github.com/pushproof/pushproof/internal/loopback"
)

// simCloudFlags are the flags of sim cloud.
type simCloudFlags struct {
	listen, control, mode string
	sleep                 string
	paddedReasons         bool
	rules                 demo.Rules
	receipts              callback.Config
	keyFile, caFile       string
	files                 simCloudFiles
}

// modes are the values of --mode.
var modes = map[string]cloud.Mode{"all200": cloud.StatusAll200, "mapped": cloud.StatusMapped}

func newSimCloud() *cobra.Command {
	var f simCloudFlags
	cmd := &cobra.Command{
		Use:   "cloud",
		Short: "hold a simulated Push Cloud alone open, for a sender in any language",
		Long: "cloud starts the Push Cloud of the simulated world alone: HTTPS on loopback with a CA of its own, a service\n" +
			"account to sign with, and Push Tokens each of which always has the same fate (delivered, refused for a reason,\n" +
			"a receipt's result). Ctrl-C ends it. docs/openapi/push-v3.yaml describes its endpoints.",
		Example: "  hdc-runner sim cloud --dir ./cloud\n" +
			"  hdc-runner sim cloud --listen 127.0.0.1:8443 --ca-out ca.pem --service-account-out account.json --tokens-out tokens --control 127.0.0.1:8444 --control-token-out control.txt",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.hold(cmd.Context(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "`HOST:PORT` of the Push Cloud, on loopback")
	flags.StringVar(&f.control, "control", "", "`HOST:PORT` of the control plane, on loopback (default: none)")
	flags.StringVar(&f.mode, "mode", "all200", "HTTP status of refusals: `all200|mapped` (the second gives 400 and 401)")
	flags.IntVar(&f.rules.QPS, "qps", 0, "to how many devices an app may send in a second; more gets HTTP 503 (default: no bound)")
	flags.BoolVar(&f.rules.Penalised, "penalised", false, "the project is suspended: sends get 80300037")
	flags.BoolVar(&f.rules.VerifyImages, "verify-images", false, "sends with an image that images:verify has not passed get 80100022")
	flags.StringVar(&f.sleep, "sleep", "", "`FROM-TO` of the night in Beijing, as in 22:00-07:00: what arrives then is kept till its end, calls excepted (default: none)")
	flags.BoolVar(&f.paddedReasons, "padded-reasons", false, "write the keys of illegalTokens with a space on each side, as in the documentation's sample")
	flags.StringVar(&f.files.dir, "dir", "", "`DIR` for what no other flag names, kept afterwards (default: a temporary one)")
	flags.StringVar(&f.files.ca, "ca-out", "", "`FILE` to write the CA certificate to")
	flags.StringVar(&f.files.account, "service-account-out", "", "`FILE` to write the service account to")
	flags.StringVar(&f.files.tokens, "tokens-out", "", "`DIR` to write the Push Tokens to, one a file")
	flags.StringVar(&f.files.control, "control-token-out", "", "`FILE` to write the control plane's token to")
	flags.StringVar(&f.files.env, "env-out", "", "`FILE` to write all of these places to, for a shell, once the cloud is ready")
	flags.StringVar(&f.receipts.URL, "receipts", "", "https `URL` to post receipts to (default: none are posted)")
	flags.StringVar(&f.receipts.User, "receipts-user", "", "user `NAME` that signs receipts")
	flags.StringVar(&f.keyFile, "receipts-key-file", "", "`FILE` with the key that signs receipts")
	flags.StringVar((*string)(&f.receipts.KeyEncoding), "receipts-key-encoding", string(callback.KeyBase64), "what the key is: `base64|text` (older configurations: text)")
	flags.StringVar(&f.receipts.Separator, "receipts-separator", callback.DefaultSeparator, "`TEXT` between the parts of the signature")
	flags.StringVar(&f.caFile, "receipts-ca", "", "PEM `FILE` of further certificate authorities for the receipt URL")
	return cmd
}

func (f *simCloudFlags) hold(ctx context.Context, out io.Writer) (err error) {
	mode, known := modes[f.mode]
	if !known {
		return usagef("--mode: unknown mode %q: the modes are all200 and mapped", f.mode)
	}
	sleep, err := cloud.ParseSleep(f.sleep)
	if err != nil {
		return usagef("--sleep: %v", err)
	}
	if f.rules.QPS < 0 {
		return usagef("--qps %d: it is a number of devices in a second, or 0 for no bound", f.rules.QPS)
	}
	for flag, addr := range map[string]string{"--listen": f.listen, "--control": f.control} {
		if addr != "" && !loopback.Addr(addr) {
			return usagef("%s %q is not on loopback: write 127.0.0.1:PORT; port 0 is a free one", flag, addr)
		}
	}
	if f.rules.Receipts, err = f.callbacks(); err != nil {
		return err
	}
	ck := clock.New()
	defer ck.Close()
	d, err := demo.Start(ctx, cloud.Options{Clock: ck, Mode: mode, Sleep: sleep, PaddedReasons: f.paddedReasons}, f.listen, f.rules)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := f.files.write(d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.remove()) }()
	url := ""
	if f.control != "" {
		c, err := control.New(control.Options{Cloud: d.Cloud, Clock: ck, Token: files.secret})
		if err != nil {
			return err
		}
		if err := c.Start(f.control); err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		url = c.URL()
	}
	if err := files.ready(d, url); err != nil {
		return err
	}
	describeCloud(d, files, url, out)
	<-ctx.Done()
	fmt.Fprintln(out, "\nSIMULATED Push Cloud ended")
	return nil
}

// callbacks makes the receipt configuration out of the flags.
func (f *simCloudFlags) callbacks() ([]cloud.Callback, error) {
	if f.receipts.URL == "" {
		if f.receipts.User != "" || f.keyFile != "" || f.caFile != "" {
			return nil, usagef("the flags of receipts need an address: --receipts https://HOST:PORT/PATH")
		}
		return nil, nil
	}
	for _, file := range []struct {
		flag, name string
		keep       func([]byte)
	}{
		{"--receipts-key-file", f.keyFile, func(b []byte) { f.receipts.Key = strings.TrimSpace(string(b)) }},
		{"--receipts-ca", f.caFile, func(b []byte) { f.receipts.CA = b }},
	} {
		if file.name == "" {
			continue
		}
		content, err := os.ReadFile(file.name)
		if err != nil {
			return nil, usagef("%s: %v", file.flag, err)
		}
		file.keep(content)
	}
	if err := f.receipts.Check(); err != nil {
		return nil, usagef("--receipts: %v", err)
	}
	return []cloud.Callback{{Config: f.receipts}}, nil
}

// describeCloud prints what there is and what to try.
func describeCloud(d *demo.Demo, files *writtenFiles, controlURL string, out io.Writer) {
	fmt.Fprintf(out, `SIMULATED Push Cloud on loopback; Ctrl-C ends it

Push Cloud       %[1]s
project          %[2]s (client id %[3]s)
CA               %[4]s
service account  %[5]s
Push Tokens      %[6]s
for a shell      %[7]s

`, d.URL(), demo.ProjectID, demo.ClientID, word(files.ca), word(files.account), word(files.tokens), word(files.env))
	for _, t := range d.Tokens() {
		fmt.Fprintf(out, "  %-50s %s\n", t.Name+".txt", t.Fate)
	}
	fmt.Fprintf(out, `
send one message:
  %s push send --service-account %s --push-endpoint %s --push-ca %s --token-file %s %s
`, programName(), word(files.account), d.URL(), word(files.ca), word(filepath.Join(files.tokens, "delivered.txt")), word(files.sample))
	for _, to := range d.Callbacks() {
		fmt.Fprintf(out, "\nreceipts go to %s\n", to.Place)
	}
	if controlURL != "" {
		fmt.Fprintf(out, `
control plane    %[1]s (its token is in %[2]s)
  curl -sS -H "Authorization: Bearer $(cat %[2]s)" %[1]s/activity
`, controlURL, word(files.control))
	}
	fmt.Fprintln(out, "\nready")
}
