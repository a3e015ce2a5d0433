// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Codes of Push Kit that a device gives by itself. Source: Push Kit, ArkTS API
// error codes.
const (
	codeInternal    = 1000900001
	codeTwice       = 1000900005
	codeService     = 1000900009
	codeNoNetwork   = 1000900011
	codeUnsupported = 1000900014
)

// getToken answers with the app's token; the kept background message follows
// behind the answer, if the app is in front. A token that the device has is
// given offline, too: claim pushservice.token.offline.
func (d *Device) getToken(ctx context.Context, p *proc) (any, func(), error) {
	if !d.supports(push.KindAlert) {
		return nil, nil, seam.Fail(codeUnsupported, "Device does not support getting token.")
	}
	d.mu.Lock()
	token, offline := p.app.kept.Token, !d.net.reachable()
	d.mu.Unlock()
	flush := func() { d.handOver(p) }
	if token != "" {
		return seam.Token{Value: token}, flush, nil
	}
	if offline {
		return nil, nil, seam.Fail(codeNoNetwork, "The network is unavailable.")
	}
	token, err := d.opts.Cloud.IssueToken(ctx, sim.App{Bundle: p.app.spec.Bundle, Rights: p.app.spec.Rights}, d)
	var refused *sim.TokenError
	if errors.As(err, &refused) {
		return nil, nil, seam.Fail(int64(refused.Code), refused.Msg)
	}
	if err != nil {
		return nil, nil, seam.Fail(codeService, "Internal error of the push service: "+err.Error())
	}
	d.mu.Lock()
	p.app.kept.Token = token
	d.save(p.app)
	d.mu.Unlock()
	return seam.Token{Value: token}, flush, nil
}

// deleteToken ends the token and all that Push Kit kept for the app.
func (d *Device) deleteToken(a *app) error {
	d.mu.Lock()
	token := d.forget(a)
	d.save(a)
	d.mu.Unlock()
	if token != "" {
		d.opts.Cloud.DropToken(token, sim.TokenGone)
	}
	return nil
}

// forget drops the token with all that depends on it, bound profiles and the kept
// message, and returns it; d.mu is held.
func (d *Device) forget(a *app) string {
	token := a.kept.Token
	a.kept.Token, a.kept.Background, a.kept.Profiles, a.waiting = "", nil, nil, nil
	return token
}

// getAAID returns the anonymous id, 36 characters.
func (d *Device) getAAID(a *app) seam.AAID {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.kept.AAID == "" {
		var b [16]byte
		_, _ = rand.Read(b[:])
		a.kept.AAID = fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
		d.save(a)
	}
	return seam.AAID{Value: a.kept.AAID}
}

// deleteAAID ends the id and with it the token.
func (d *Device) deleteAAID(a *app) error {
	d.mu.Lock()
	a.kept.AAID = ""
	d.mu.Unlock()
	return d.deleteToken(a)
}
