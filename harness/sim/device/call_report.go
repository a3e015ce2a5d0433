// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"slices"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Codes of Call Service Kit. Source: Call Service Kit, ArkTS API error codes;
// 801 is the system's own for what a device cannot do.
const (
	codeCallParameter = 1007200001
	codeCallInternal  = 1007200003
	codeNoCapability  = 801
)

// callsSince is the first API level with voipCall by type of device; a TV has
// none, nor has an emulator. Source: Call Service Kit, introduction, and ArkTS
// API voipCall; the newer copy for 2in1.
var callsSince = map[string]int{"phone": 12, "tablet": 12, "2in1": 24, "wearable": 20}

// hasCalls returns the error of a device without Call Service Kit.
func (d *Device) hasCalls() error {
	since, known := callsSince[d.opts.Profile.DeviceType]
	if !known || d.opts.Profile.API < since || d.emulated() {
		return seam.Fail(codeNoCapability, "Capability not supported.")
	}
	return nil
}

// reportIncomingCall is voipCall.reportIncomingCall: the banner rings from here
// on. An id that is not known, or whose time is over, gets the reason 3: claim
// kinds.voip.late.
func (d *Device) reportIncomingCall(p *proc, in seam.IncomingCall) (any, error) {
	if err := d.hasCalls(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.callOf(p.app, in.CallID)
	switch {
	case in.CallID == "" || in.Type < 0 || in.Type > 1 || in.UserName == "" || in.State != seam.StateRinging,
		p.app.spec.ability(in.AbilityName) == nil, c != nil && c.reported:
		return nil, seam.Fail(codeCallParameter, "Invalid parameter value.")
	case c == nil || !c.alive():
		return seam.ReasonInvalid, nil
	case d.cellular:
		d.endCall(c)
		return seam.ReasonCellularCall, nil
	case d.ringing(func(o *phoneCall) bool { return o.app != p.app }) > 0:
		d.endCall(c)
		return seam.ReasonVoIPCall, nil
	case d.ringing(func(o *phoneCall) bool { return o.app == p.app }) >= maxIncoming:
		d.endCall(c)
		return nil, seam.Fail(codeCallInternal, "System internal error.")
	}
	c.stop()
	c.in, c.reported, c.state = in, true, seam.StateRinging
	// The banner needs the notification switch; what the app gets to know of
	// that is claim kinds.voip.switch-off. In front the app shows its own page:
	// claim kinds.voip.banner-foreground.
	c.banner = p.app.kept.Enabled && (!p.foreground || d.screen.locked || in.ShowBanner)
	if c.banner {
		// A display that is off goes on: claim kinds.voip.display.
		d.screen.on = true
	} else {
		d.systemLog("W", "CallManager", "no banner for the call "+c.id+" of "+p.app.spec.Bundle)
	}
	d.notify()
	return seam.ReasonNone, nil
}

// ringing counts reported calls that fit; d.mu is held.
func (d *Device) ringing(fits func(*phoneCall) bool) int {
	n := 0
	for _, c := range d.calling {
		if c.reported && c.alive() && fits(c) {
			n++
		}
	}
	return n
}

// reportCallError is voipCall.reportIncomingCallError: the app does not take the
// call.
func (d *Device) reportCallError(p *proc, f seam.CallFailure) error {
	if err := d.hasCalls(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.callOf(p.app, f.CallID)
	if c == nil || !c.alive() || c.reported || f.Cause < seam.CauseOther || f.Cause > seam.CauseConnection {
		return seam.Fail(codeCallParameter, "Invalid parameter value.")
	}
	c.cause = f.Cause
	d.endCall(c)
	return nil
}

// changeCall is voipCall.reportCallStateChange.
func (d *Device) changeCall(p *proc, change seam.CallChange) error {
	if err := d.hasCalls(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.callOf(p.app, change.CallID)
	known := []int{seam.StateActive, seam.StateHolding, seam.StateDisconnected, seam.StateAnswered, seam.StateDisconnecting}
	if c == nil || !c.reported || !c.alive() || !slices.Contains(known, change.State) {
		return seam.Fail(codeCallParameter, "Invalid parameter value.")
	}
	if change.State == seam.StateDisconnected {
		d.endCall(c)
		return nil
	}
	c.state, c.banner = change.State, false
	d.notify()
	return nil
}
