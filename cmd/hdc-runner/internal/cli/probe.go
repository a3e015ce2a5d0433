// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
)

// probeFlags are the flags of probe.
type probeFlags struct {
	config   harness.Config
	clientID string
	only     []string
	requests int
	pace     time.Duration
	timeout  time.Duration
	out      string
	repo     string
	json     bool
	list     bool
	merge    bool

	claims []fixtures.Claim
	// devices and clouds say whether some of the claims are about these.
	devices, clouds bool
}

func newProbe() *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe",
		Short: "settle on a real device what Pushproof claims of the platform",
		Long: "probe checks what docs/verification.md says that nobody has seen yet, and writes a dated file without Push Tokens,\n" +
			"connect keys or texts of other apps. By itself it reads, and makes files of its own; with --bundle it uses the\n" +
			"display, and starts, backgrounds and kills that app; with --hap it reads that package, and installs it where a claim\n" +
			"is about that. It uninstalls nothing, clears no data and restarts nothing. --list shows every probe.\n\n" +
			"With --service-account it sends Push Cloud what that must refuse: faulty messages, and sound ones to made-up Push\n" +
			"Tokens. Without a flag that names something real it runs on simulators, which confirm nothing.\n\n" +
			"With --merge it writes where claims held into a checkout's fixtures/claims.\n\n" +
			"Exit code: 0 what could be decided held; 1 a claim is broken; 2 usage; 3 trouble, or nothing could be decided.",
		Example: "  hdc-runner probe --list\n" +
			"  hdc-runner probe --target SERIAL --bundle com.example.app\n" +
			"  hdc-runner probe --service-account key.json --token-file token.txt\n" +
			"  hdc-runner probe --merge pushproof-probe-ALN-AL00-2026-01-31.json",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case !f.merge:
				return noArgs(cmd, args)
			case len(args) == 0:
				return usagef("--merge takes the files that probe has written: hdc-runner probe --merge FILE...")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.merge {
				return f.mergeFiles(cmd.OutOrStdout(), args)
			}
			return f.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config.Target, "target", "", "device by connect key, `SERIAL|all` (default: the only one)")
	serverFlag(cmd, &f.config.HDCServer)
	flags.StringVar(&f.config.Bundle, "bundle", "", "bundle `NAME` of an app of yours, signed for debugging, which may be started, backgrounded and killed")
	flags.StringVar(&f.config.Ability, "ability", "", "ability `NAME` to start (default: the home ability)")
	flags.StringVar(&f.config.HAP, "hap", "", "package `FILE` of that app, which may be read and installed")
	flags.StringVar(&f.config.ServiceAccount, "service-account", "", "service-account `FILE` that AppGallery Connect exports: probe Push Cloud, too")
	flags.StringVar(&f.config.TokenFile, "token-file", "", "`FILE` with a Push Token of yours, alone on its first line; nothing that could be delivered is sent to it")
	flags.StringVar(&f.clientID, "client-id", "", "the app's OAuth client `ID`, for claims about revoking")
	cloudFlags(cmd, &f.config)
	flags.IntVar(&f.requests, "requests", probe.DefaultRequests, "the most requests that Push Cloud is sent")
	durationFlag(cmd, &f.pace, "pace", probe.DefaultPace, "the least time between two of them")
	flags.StringSliceVar(&f.only, "only", nil, "probe these `CLAIMS` alone: ids, or what they begin with, as in device.shade")
	durationFlag(cmd, &f.timeout, "timeout", probe.DefaultTimeout, "how long one probe may take")
	flags.StringVar(&f.out, "out", "", "`FILE` to write (default: one of this folder with model and date)")
	flags.BoolVar(&f.json, "json", false, "print the file's JSON in place of writing it")
	flags.BoolVar(&f.list, "list", false, "list the probes with what they do and touch, and probe nothing")
	flags.BoolVar(&f.merge, "merge", false, "write where claims held into fixtures/claims, from these files: probe --merge FILE...")
	flags.StringVar(&f.repo, "repo", "", "`DIR` of the checkout of Pushproof, for --merge and to say which code rests on a claim (default: the one that this folder is in)")
	return cmd
}

func (f *probeFlags) run(cmd *cobra.Command) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	var err error
	if f.claims, err = probe.Select(fixtures.Claims(), f.only); err != nil {
		return usagef("--only: %v; `hdc-runner probe --list` shows them all", err)
	}
	if f.requests <= 0 {
		return usagef("--requests %d: it is a number above 0", f.requests)
	}
	if f.list {
		return listProbes(out, f.claims)
	}
	f.devices, f.clouds = len(probe.DevicePlan(f.claims, probe.Allowed{})) > 0, len(probe.CloudPlan(f.claims)) > 0
	if !f.devices && !f.clouds {
		return usagef("--only %s: these claims take a person; docs/verification.md says how", strings.Join(f.only, ","))
	}
	f.config = harness.Merge(f.config, harness.Env())
	simulated := !f.config.Real()
	if err := f.check(); err != nil {
		return err
	}
	p := &probePrinter{out: out, most: f.requests}
	if f.json {
		p.out = io.Discard
	}
	var subjects []probe.Subject
	if simulated {
		subjects, err = f.simulators(ctx, p)
	} else {
		subjects, err = f.real(ctx, cmd, p)
	}
	if len(subjects) == 0 {
		return err
	}
	file := probe.NewFile("hdc-runner "+Version(), time.Now(), subjects...)
	if e := f.save(out, p, file); err == nil {
		err = e
	}
	p.summary(file, f.claims, f.checkout())
	if err != nil {
		return err
	}
	return exit(probeExit(file))
}

// check refuses flags that do not go together.
func (f *probeFlags) check() error {
	switch {
	case f.config.HAP != "" && f.config.Bundle == "":
		return usagef("--hap needs --bundle: say whose package it is")
	case f.config.TokenFile != "" && f.config.ServiceAccount == "":
		return usagef("--token-file needs --service-account: it is for claims about Push Cloud")
	case f.clientID != "" && f.config.ServiceAccount == "":
		return usagef("--client-id needs --service-account: it is for claims about Push Cloud")
	}
	if f.config.HAP != "" {
		if info, err := os.Stat(f.config.HAP); err != nil || !info.Mode().IsRegular() {
			return usagef("--hap %s: there is no such file", f.config.HAP)
		}
	}
	if f.config.Bundle != "" {
		if err := hdc.CheckBundle(f.config.Bundle); err != nil {
			return usagef("--bundle: %v", err)
		}
	}
	return nil
}

// real probes what the flags name: devices unless only a Push Cloud is named,
// and Push Cloud if there is a service account.
func (f *probeFlags) real(ctx context.Context, cmd *cobra.Command, p *probePrinter) ([]probe.Subject, error) {
	c := f.config
	var subjects []probe.Subject
	named := c.Target != "" || c.HDCServer != "" || c.Bundle != ""
	switch {
	case f.devices && !f.clouds && !named && c.ServiceAccount != "":
		return nil, usagef("--only: these claims are about a device: name it by --target")
	case f.clouds && !f.devices && c.ServiceAccount == "":
		return nil, usagef("--only: these claims are about Push Cloud: name a service account by --service-account")
	}
	if f.devices && (named || c.ServiceAccount == "") {
		o := tool{server: c.HDCServer, target: c.Target}
		client, keys, err := o.devices(cmd)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			s, err := f.device(ctx, p, client, key, c.Bundle)
			if err != nil {
				return subjects, fmt.Errorf("%s: %w", key, err)
			}
			subjects = append(subjects, s)
		}
	}
	if c.ServiceAccount == "" || !f.clouds {
		return subjects, nil
	}
	o := probe.CloudOptions{ServiceAccount: c.ServiceAccount, BaseURL: c.PushEndpoint, CAFile: c.PushCA, ClientID: f.clientID, Pace: f.pace}
	if c.PushEndpoint != "" && !strings.HasPrefix(c.PushEndpoint, "https://") {
		return subjects, usagef("--push-endpoint %q does not begin with https://; a JWT is never sent in the clear", c.PushEndpoint)
	}
	if c.TokenFile != "" {
		var err error
		if o.Token, err = harness.ReadToken(c.TokenFile); err != nil {
			return subjects, err
		}
	}
	s, err := f.cloud(ctx, p, o)
	if err != nil {
		return subjects, err
	}
	return append(subjects, s), nil
}

// device probes one device.
func (f *probeFlags) device(ctx context.Context, p *probePrinter, client *hdc.Client, key, bundle string) (probe.Subject, error) {
	return probe.Device(ctx, probe.DeviceOptions{
		Client: client, Key: key, Bundle: bundle, Ability: f.config.Ability, HAP: f.config.HAP,
		Claims: f.claims, Timeout: f.timeout, Done: p.done,
		Begin: func(s probe.Subject, steps []probe.Step) { p.device(key, bundle, s, steps) },
	})
}

// cloud probes a Push Cloud.
func (f *probeFlags) cloud(ctx context.Context, p *probePrinter, o probe.CloudOptions) (probe.Subject, error) {
	o.SimulatorCA, o.Claims, o.Requests, o.Timeout, o.Done = harness.SimulatorCA, f.claims, f.requests, f.timeout, p.done
	o.Begin = p.cloud
	return probe.Cloud(ctx, o)
}

// checkout is the folder whose code is named beside broken claims, "" for none.
func (f *probeFlags) checkout() string {
	if f.repo != "" {
		return probe.Checkout(f.repo)
	}
	return probe.Checkout(".")
}
