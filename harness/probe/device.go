// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// Defaults and bounds of a run on a device.
const (
	// DefaultTimeout bounds one probe.
	DefaultTimeout = 60 * time.Second
	// cleanLimit bounds the removal of what one probe made, which also happens
	// when the caller's context has ended.
	cleanLimit = 15 * time.Second
)

// DeviceOptions say what to probe and how far one may go.
type DeviceOptions struct {
	// Client is of the hdc server, Key the device's connect key.
	Client *hdc.Client
	Key    string
	// Bundle is an app of the user, which may be started, backgrounded and
	// killed; "" for none: then nothing is touched but files of its own.
	Bundle string
	// Ability is the ability to start; "" means the home ability.
	Ability string
	// HAP is a package of that app on this machine, which may be installed; ""
	// for none.
	HAP string
	// Claims are the rows to probe; nil means fixtures.Claims().
	Claims []fixtures.Claim
	// Timeout bounds one probe, 0 means DefaultTimeout.
	Timeout time.Duration
	// Begin is called, if not nil, once the device has said what it is and before
	// anything is probed; the subject has no results then.
	Begin func(Subject, []Step)
	// Done is called after each claim, if not nil. Both are called from the
	// goroutine of Device.
	Done func(Step, Result)
}

// Device probes a device. An error means that nothing could be learnt of it;
// everything else is a Result. When ctx ends, the rest stays undecided, and what
// the running probe made is removed before Device returns.
func Device(ctx context.Context, o DeviceOptions) (Subject, error) {
	if o.Claims == nil {
		o.Claims = fixtures.Claims()
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	e, subject, err := open(ctx, o)
	if err != nil {
		return Subject{}, err
	}
	steps := DevicePlan(o.Claims, Allowed{App: o.Bundle != "", Package: o.HAP != ""})
	if o.Begin != nil {
		o.Begin(subject, steps)
	}
	restore := e.remember(ctx, steps)
	var stopped string
	for _, step := range steps {
		f := finding{outcome: Undecided, cause: CauseTrouble, reason: stopped}
		if stopped == "" {
			var err error
			f, err = e.try(ctx, o.Timeout, step)
			switch {
			case ctx.Err() != nil:
				stopped = "the run was interrupted"
			case gone(err):
				stopped = "the device or its hdc server could not be reached any more"
			}
		}
		r := f.result(step.Claim, e.scrub)
		subject.Results = append(subject.Results, r)
		if o.Done != nil {
			o.Done(step, r)
		}
	}
	restore()
	return subject, nil
}

// env is what a check works with.
type env struct {
	client *hdc.Client
	target hdc.Target
	key    string
	scrub  scrubber
	bundle string
	hap    string
	// dev is nil where the device's profile cannot be read, for unfit; it drives
	// the app if that is installed, else why says what is wrong with it.
	dev   *device.Device
	unfit error
	noApp error
	// nonce is of this run and claim, tmp a path without an ending at which
	// files may be made.
	nonce, tmp string
	claim      fixtures.Claim
}

// open connects to a device and reads what a subject says of it.
func open(ctx context.Context, o DeviceOptions) (*env, Subject, error) {
	opening, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	e := &env{client: o.Client, key: o.Key, bundle: o.Bundle, hap: o.HAP, scrub: newScrubber(o.Key, o.HAP)}
	s := Subject{Kind: KindDevice, Device: fingerprint(o.Key), Results: []Result{}}
	version, err := o.Client.Version(opening)
	if err != nil {
		return nil, s, err
	}
	s.HDC = version.String()
	if warning := version.Warning(); warning != "" {
		s.Warnings = append(s.Warnings, warning)
	}
	targets, err := o.Client.Targets(opening)
	if err != nil {
		return nil, s, err
	}
	for _, t := range targets {
		if t.Key == o.Key {
			e.target, s.Transport = t, t.Transport
		}
	}
	if _, err := e.shell(opening, "true"); err != nil {
		return nil, s, fmt.Errorf("reach the device: %w", err)
	}
	e.dev, e.unfit = device.Open(opening, o.Client, o.Key, device.App{})
	if e.unfit != nil {
		e.dev = nil
		return e, s, nil
	}
	if o.Bundle != "" {
		driven, err := device.Open(opening, o.Client, o.Key, device.App{Bundle: o.Bundle, Ability: o.Ability})
		if err != nil {
			e.noApp = err
		} else {
			e.dev = driven
		}
	}
	p := e.dev.Profile()
	s.Simulated, s.DeviceType, s.Model, s.OSVersion, s.Software = p.Simulated, p.Type, p.Model, p.OSVersion, p.Software
	s.API, s.Emulator, s.Build = p.API, p.Emulator, p.Build.String()
	e.scrub.known = p.Software + " " + p.OSVersion
	return e, s, nil
}

// remember notes what the display and the app were like, and returns what puts
// them back: a notification centre that was opened is closed, and an app that
// did not run is ended by the death of its process, which is no stop by the
// user and ends no push.
func (e *env) remember(ctx context.Context, steps []Step) (restore func()) {
	touches := false
	for _, s := range steps {
		t := s.Claim.Probe.Touches
		touches = touches || s.Refused == "" && (t == fixtures.TouchScreen || t == fixtures.TouchApp || t == fixtures.TouchInstall)
	}
	if !touches || e.dev == nil || e.noApp != nil {
		return func() {}
	}
	before, err := e.dev.State(ctx)
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
		defer cancel()
		_ = e.dev.CloseShade(ctx)
		if err == nil && before.App == device.Stopped {
			_ = e.dev.Kill(ctx)
		}
	}
}

// try runs one step. The error is the one behind a finding of trouble.
func (e *env) try(ctx context.Context, limit time.Duration, step Step) (f finding, err error) {
	if step.Refused != "" {
		return lacking("%s", step.Refused), nil
	}
	if f, ok := e.needs(*step.Claim.Probe); !ok {
		return f, nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	e.claim = step.Claim
	e.nonce = "pp" + strings.ToLower(rand.Text()[:12])
	e.tmp = "/data/local/tmp/pushproof-probe-" + e.nonce
	e.scrub.tmp = e.tmp
	if step.Claim.Probe.By == "shell" {
		f, err = e.runShell(ctx)
	} else {
		f, err = checks[step.Claim.Probe.Name].run(ctx, e)
	}
	if err != nil {
		return because(ctx, err, limit), err
	}
	return f, nil
}

// errOpaque is for a device whose profile cannot be read.
var errOpaque = errors.New("the device's profile cannot be read")
