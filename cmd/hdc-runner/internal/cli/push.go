// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// sendFlags are the flags of push send.
type sendFlags struct {
	config     harness.Config
	tokenFile  string
	many       manyFlags
	ledger     ledgerFlags
	record     recordFlags
	production bool
	verbatim   bool
	unchecked  bool
	json       bool
	wait       time.Duration
}

func newPush() *cobra.Command {
	cmd := &cobra.Command{Use: "push", Short: "send messages", Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newSend(), newValidate())
	return cmd
}

func newSend() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send FILE.json",
		Short: "send one message, and look for it on a device",
		Long: "send sends the message in FILE.json to the Push Token in a file. With --target it then looks for the message in\n" +
			"the device's UI tree and says shown or not seen, and what to check next. The app needs no agent for that.\n\n" +
			"If Push Cloud's answer is lost, the device may still tell that the message was taken.\n\n" +
			"With --tokens-file it sends to many tokens, in as many calls as that takes, and says what became of each.\n\n" +
			"FILE.json: {\"pushType\": 0, \"payload\": {...}, \"pushOptions\": {...}}; write {{nonce}} where a nonce may stand.\n\n" +
			"Exit code: 0 accepted, and shown if --target is given; 1 refused by Push Cloud, or not seen; 2 usage, or a message\n" +
			"that breaks a rule of Push Kit; 3 trouble with device, network, credentials or quota.",
		Example: "  hdc-runner push send --service-account key.json --token-file token.txt alert.json\n" +
			"  hdc-runner push send --service-account key.json --token-file token.txt --target SERIAL alert.json\n" +
			"  hdc-runner push send --service-account key.json --tokens-file tokens.txt --owed-file owed.txt alert.json",
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usagef("no message: write hdc-runner push send --service-account FILE --token-file FILE FILE.json; `hdc-runner push send --help` shows what is in FILE.json")
			case 1:
				return nil
			}
			return usagef("one message at a time, and there are %d: %s", len(args), strings.Join(args, ", "))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			err := f.send(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0])
			return f.record.end(cmd.ErrOrStderr(), err)
		},
	}
	cmd.Flags().StringVar(&f.config.ServiceAccount, "service-account", "", "service-account `FILE` that AppGallery Connect exports")
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "`FILE` with the Push Token, alone on its first line")
	f.many.add(cmd)
	f.ledger.add(cmd)
	f.record.add(cmd)
	cmd.Flags().StringVar(&f.config.Target, "target", "", "look for the message on this device (`SERIAL`)")
	serverFlag(cmd, &f.config.HDCServer)
	cloudFlags(cmd, &f.config)
	cmd.Flags().BoolVar(&f.production, "production-messages", false, "send a real message in place of a test message")
	cmd.Flags().BoolVar(&f.verbatim, "verbatim", false, "fill no field with the nonce; {{nonce}} is still replaced")
	cmd.Flags().BoolVar(&f.unchecked, "unchecked", false, "send the message though it breaks a rule of Push Kit, to see what Push Cloud says")
	cmd.Flags().BoolVar(&f.json, "json", false, "print the outcome as JSON")
	durationFlag(cmd, &f.wait, "wait", 30*time.Second, "how long to look for the message on the device")
	return cmd
}

func (f *sendFlags) send(ctx context.Context, out, stderr io.Writer, path string) error {
	f.config = harness.Merge(f.config, harness.Env())
	var err error
	if f.config.HDCServer, err = harness.Server(f.config.HDCServer); err != nil {
		return err
	}
	if _, err := f.ledger.ledger(true); err != nil {
		return err
	}
	if f.many.wanted() {
		return f.sendMany(ctx, out, stderr, path)
	}
	request, err := f.request(path)
	if err != nil {
		return err
	}
	hint(stderr, path, request)
	client, err := f.client()
	if err != nil {
		return err
	}
	defer client.Close()
	var screen *device.Device
	if f.config.Target != "" {
		if screen, err = f.openScreen(ctx, stderr); err != nil {
			return err
		}
	}
	result := sendOutcome{Nonce: harness.NewNonce(), Token: request.Tokens[0].Fingerprint()}
	request, result.Carriers, err = pushcloud.Carry(request, result.Nonce)
	if err != nil {
		return usagef("%s: %v; --verbatim sends it as it is", path, err)
	}
	if screen != nil && !result.Carriers.For(pushcloud.WitnessTree) {
		return usagef("%s was not sent: neither its title nor its body holds the nonce, so that nothing on the screen could be recognised; "+
			"write {{nonce}} into one of them, or leave --target away", path)
	}
	result.Kind = request.Message.Kind().String()
	charge, err := f.reserve(ctx, path, request, stderr)
	if err != nil {
		return err
	}
	response, err := client.Send(ctx, request)
	charge.settle(ctx, stderr, func(int) bool { return harness.Sent(response, err) })
	var invalid *pushcloud.InvalidError
	switch {
	case errors.As(err, &invalid):
		return notSent(path, invalid)
	case err != nil && harness.Refusal(err) == verdict.Denied:
		fmt.Fprintf(stderr, "hdc-runner: %v\n", err)
		return exit(verdict.ExitFail)
	case pushcloud.IsOutcomeUnknown(err) && screen != nil:
		// The device may tell what nobody answered.
		result.NoAnswer = err.Error()
	case err != nil:
		return err
	}
	if response != nil {
		result.Code, result.RequestID = response.Code, response.RequestID
		result.Simulated = response.Issuer == harness.SimulatorCA
	}
	result.Simulated = result.Simulated || screen != nil && screen.Profile().Simulated
	result.begin(out, f.json)
	if screen != nil {
		result.Target = screen.Key()
		if err := f.look(ctx, screen, &result, request.Message.Kind()); err != nil {
			return err
		}
	}
	if err := result.end(out, f.json); err != nil {
		return err
	}
	switch {
	case result.Interrupted, result.NoAnswer != "" && result.Shown == notSeen:
		return exit(verdict.ExitInfra)
	case result.Shown == notSeen:
		return exit(verdict.ExitFail)
	}
	return nil
}

// client returns a client of the push endpoint, or says which flag is missing.
func (f *sendFlags) client() (*pushcloud.Client, error) {
	if f.config.ServiceAccount == "" {
		return nil, usagef("no service account: --service-account FILE names the key file that AppGallery Connect exports; `hdc-runner sim` makes one to try with")
	}
	if e := f.config.PushEndpoint; e != "" && !strings.HasPrefix(e, "https://") {
		return nil, usagef("--push-endpoint %q does not begin with https://; a Push Token is never sent in the clear", e)
	}
	alter, err := f.record.begin()
	if err != nil {
		return nil, err
	}
	return harness.NewCloud(f.config, alter...)
}

func (f *sendFlags) openScreen(ctx context.Context, stderr io.Writer) (*device.Device, error) {
	client := hdc.New(hdc.Options{Addr: f.config.HDCServer})
	if err := reach(ctx, stderr, client, f.config); err != nil {
		return nil, err
	}
	keys, err := harness.Targets(ctx, client, f.config.Target)
	if err != nil {
		return nil, err
	}
	if len(keys) != 1 {
		return nil, usagef("--target all: send looks on one device; name it")
	}
	screen, err := device.Open(ctx, client, keys[0], device.App{})
	if err != nil {
		return nil, err
	}
	if _, err := screen.Method(fixtures.ActionOpenShade); err != nil {
		return nil, fmt.Errorf("the message was not sent, since nothing can be looked for on %s: %w; without --target it is sent", keys[0], err)
	}
	if err := screen.Wake(ctx); err != nil {
		return nil, err
	}
	return screen, nil
}

// What look can find.
const (
	shown   = "shown"
	notSeen = "not seen"
)

// closeLimit bounds the closing of the notification centre after an interrupt.
const closeLimit = 5 * time.Second

// look searches the UI tree for the nonce until it is there or the time is
// over.
func (f *sendFlags) look(ctx context.Context, screen *device.Device, result *sendOutcome, kind push.Kind) error {
	wait, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	err := f.search(wait, screen, result)
	deadline, _ := wait.Deadline()
	switch {
	case err == nil:
		return screen.CloseShade(ctx)
	case ctx.Err() != nil:
		result.Interrupted = true
		// The notification centre is closed again all the same.
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		_ = screen.CloseShade(closing)
		return nil
	case time.Now().Before(deadline):
		return fmt.Errorf("look for the message on the device (it was sent, requestId %s): %w", result.RequestID, err)
	}
	result.Shown, result.Waited = notSeen, harness.Duration(f.wait)
	if result.NoAnswer != "" {
		result.Next = harness.LeftOpen
		return screen.CloseShade(ctx)
	}
	result.Next = fmt.Sprintf("is the token in %s of the app on this device, %s? ", f.tokenFile, screen.Key()) + harness.Advice(kind, []verdict.Testimony{{Witness: verdict.Tree, Answer: verdict.Silent}})
	return screen.CloseShade(ctx)
}

// search reads the UI tree until the nonce is in it.
func (f *sendFlags) search(ctx context.Context, screen *device.Device, result *sendOutcome) error {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		if err := screen.OpenShade(ctx); err != nil {
			return err
		}
		s, seen, err := screen.Sight(ctx, result.Nonce)
		if err != nil {
			return err
		}
		if seen {
			result.Shown, result.Where = shown, fmt.Sprintf("%q at %s", s.Node.Text, s.Node.Bounds)
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
