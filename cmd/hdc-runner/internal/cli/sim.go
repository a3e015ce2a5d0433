// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/internal/loopback"
	"github.com/pushproof/pushproof/internal/spelling"
)

// simFlags are the flags of sim.
type simFlags struct {
	dir       string
	cloudAddr string
	hdcAddr   string
	control   string
	types     []string
	runtime   runtimeFlag
}

func newSim() *cobra.Command {
	var f simFlags
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "hold a simulated world open and print its endpoints",
		Long: "sim starts a Push Cloud (HTTPS), an hdc server (TCP) and simulated devices on loopback, and prints how to use\n" +
			"each: by curl, by the real hdc, by a websocket client, by hdc-runner itself. Ctrl-C ends it.",
		Example: "  hdc-runner sim\n  hdc-runner sim --types phone --hdc 127.0.0.1:8710 --dir ./world",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd.Flags().Changed("types")); err != nil {
				return err
			}
			return f.hold(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&f.dir, "dir", "", "`DIR` for service account, CA and device storage, kept afterwards (default: a temporary one); devices keep their serials in it")
	cmd.Flags().StringVar(&f.cloudAddr, "cloud", "127.0.0.1:0", "`HOST:PORT` of the Push Cloud, on loopback")
	cmd.Flags().StringVar(&f.hdcAddr, "hdc", "127.0.0.1:0", "`HOST:PORT` of the hdc server, on loopback")
	cmd.Flags().StringVar(&f.control, "hdc-control", "", "`HOST:PORT` of the hdc server's control plane, on loopback (default: none)")
	cmd.Flags().StringSliceVar(&f.types, "types", nil, "device `TYPES`, comma-separated (default: all five)")
	f.runtime.add(cmd)
	cmd.AddCommand(newSimCloud())
	return cmd
}

// check trims the types and refuses what is none.
func (f *simFlags) check(given bool) error {
	if given && len(f.types) == 0 {
		return usagef("--types is empty: the types are %s; without it there is a device of each", strings.Join(fixtures.DeviceTypes(), ", "))
	}
	if f.control != "" && !loopback.Addr(f.control) {
		return usagef("--hdc-control %q is not on loopback: write 127.0.0.1:PORT; port 0 is a free one", f.control)
	}
	for i, t := range f.types {
		t = strings.TrimSpace(t)
		f.types[i] = t
		if !slices.Contains(fixtures.DeviceTypes(), t) {
			return usagef("--types: unknown device type %q%s: the types are %s", t, spelling.Suggest(t, fixtures.DeviceTypes()), strings.Join(fixtures.DeviceTypes(), ", "))
		}
	}
	return nil
}

func (f *simFlags) hold(ctx context.Context, out io.Writer) (err error) {
	dir := f.dir
	if dir != "" {
		if dir, err = filepath.Abs(dir); err != nil {
			return err
		}
	}
	apps, err := f.runtime.runtime()
	if err != nil {
		return err
	}
	w, err := world.New(ctx, world.Options{Dir: dir, Types: f.types, CloudAddr: f.cloudAddr, HDCAddr: f.hdcAddr, Runtime: apps})
	var used *world.InUseError
	if errors.As(err, &used) {
		return usagef("--dir: %v", used)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "listen" {
		return fmt.Errorf("%w; end the program that holds the port, or leave --hdc and --cloud away for free ports", err)
	}
	if err != nil {
		return incomplete(err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, w.Close(closing))
	}()
	h, err := openSimHub(ctx, filepath.Dir(w.Config().ServiceAccount))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	if f.control != "" {
		c, openErr := openSimControl(w.HDC, filepath.Dir(w.Config().ServiceAccount), f.control)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, c.close()) }()
		fmt.Fprintln(out, c.describe(w.Keys()[0]))
	}
	if err := describeWorld(ctx, w, h, out); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	<-ctx.Done()
	fmt.Fprintln(out, "\nSIMULATED world ended")
	return nil
}

// describeWorld prints the endpoints, each with a command to try.
func describeWorld(ctx context.Context, w *world.World, h *simHub, out io.Writer) error {
	c := w.Config()
	key := w.Keys()[0]
	token, err := w.StartPlain(ctx, key)
	if err != nil {
		return err
	}
	files := filepath.Dir(c.ServiceAccount)
	tokenFile := filepath.Join(files, "push-token.txt")
	messageFile := filepath.Join(files, "alert.json")
	if err := errors.Join(
		os.WriteFile(tokenFile, []byte(token.Reveal()+"\n"), 0o600),
		os.WriteFile(messageFile, []byte(sampleAlert), 0o644),
	); err != nil {
		return fmt.Errorf("write the sample files: %w", err)
	}
	project, err := harness.Project(c)
	if err != nil {
		return err
	}
	again := ""
	if keys := w.Again(); len(keys) > 0 {
		again = "\n  as before in this folder; installed afresh, with new Push Tokens: " + strings.Join(keys, " ")
	}
	_, err = fmt.Fprintf(out, `SIMULATED world on loopback; Ctrl-C ends it

Push Cloud    %[1]s (CA %[2]s, service account %[3]s)
reached without a JWT it answers 80200001, as it should; docs/curl/send-all.sh sends by curl with one, to it or to `+"`hdc-runner sim cloud`"+`
  curl --cacert %[2]s -X POST %[1]s/v3/%[13]s/messages:send

hdc server    %[4]s
  hdc -p -s %[4]s list targets
  %[12]s devices --hdc-server %[4]s

%[11]s

devices       %[5]s%[14]s
  apps: %[6]s (with an agent), %[7]s (without; it runs on %[8]s and its Push Token is in %[9]s)

send an alert to the app without an agent, and look for it on the screen:
  %[12]s push send --service-account %[3]s --push-endpoint %[1]s --push-ca %[2]s --hdc-server %[4]s --target %[8]s --token-file %[9]s %[10]s

run the acceptance suite against this world, as against real endpoints:
  %[12]s run --service-account %[3]s --push-endpoint %[1]s --push-ca %[2]s --hdc-server %[4]s --bundle %[6]s --target all --arrive 15s --quiet 250ms
`, c.PushEndpoint, word(c.PushCA), word(c.ServiceAccount), c.HDCServer, strings.Join(w.Keys(), " "), world.Bundle, world.PlainBundle, key, word(tokenFile), word(messageFile), h.describe(), programName(), project, again)
	return err
}

// plainWord is what needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,\\-]+$`)

// word quotes a path for the commands that are printed.
func word(path string) string {
	if plainWord.MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// sampleAlert is what sim leaves to be sent.
const sampleAlert = `{
  "pushType": 0,
  "payload": {
    "notification": {
      "category": "MARKETING",
      "title": "Order 7 {{nonce}}",
      "body": "is ready",
      "clickAction": {"actionType": 0}
    }
  }
}
`
