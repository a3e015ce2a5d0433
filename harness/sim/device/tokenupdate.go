// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// tokenUpdateSince is the first API level with tokenUpdate by type of device; a
// TV has none. Source: Push Kit, ArkTS API pushService, the newer copy.
var tokenUpdateSince = map[string]int{"wearable": 18, "phone": 23, "tablet": 23, "2in1": 23}

// updatesTokens reports whether the device has tokenUpdate; elsewhere it has no
// effect.
func (d *Device) updatesTokens() bool {
	since, known := tokenUpdateSince[d.opts.Profile.DeviceType]
	return known && d.opts.Profile.API >= since
}

// listenToTokens is pushService.on('tokenUpdate'), and off.
func (d *Device) listenToTokens(p *proc, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if on && p.hearsToken {
		return seam.Fail(codeInternal, "System internal error.")
	}
	p.hearsToken = on
	d.notify()
	return nil
}

// LeaveCountry takes the device abroad: where it has tokenUpdate, each app gets
// another token, and an app that runs and listens is told. The error joins those
// of the cloud.
func (d *Device) LeaveCountry(ctx context.Context) error {
	if !d.updatesTokens() {
		return nil
	}
	d.mu.Lock()
	apps := append([]*app(nil), d.apps...)
	d.mu.Unlock()
	var errs []error
	for _, a := range apps {
		if err := d.renewToken(ctx, a); err != nil {
			errs = append(errs, fmt.Errorf("renew the token of %s: %w", a.spec.Bundle, err))
		}
	}
	return errors.Join(errs...)
}

func (d *Device) renewToken(ctx context.Context, a *app) error {
	d.mu.Lock()
	old := d.forget(a)
	d.mu.Unlock()
	if old == "" {
		return nil
	}
	d.opts.Cloud.DropToken(old, sim.TokenGone)
	token, err := d.opts.Cloud.IssueToken(ctx, sim.App{Bundle: a.spec.Bundle, Rights: a.spec.Rights}, d)
	if err != nil {
		return err
	}
	d.mu.Lock()
	a.kept.Token = token
	d.save(a)
	var told *job
	if p := a.main; p != nil && p.hearsToken {
		told = p.post(seam.OnTokenUpdate, seam.Token{Value: token}, nil)
	}
	d.mu.Unlock()
	return d.attempt(ctx, told)
}
