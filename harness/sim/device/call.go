// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// reportWithin is how long an app may take to report a call. Source: Push Kit,
// in-app calls.
const reportWithin = 10 * time.Second

// Bounds of calls. Source of maxIncoming: Call Service Kit, incoming calls.
const (
	maxIncoming  = 3
	maxCallsKept = 64
)

// phoneCall is a call that a message announced to an app; d.mu guards it.
type phoneCall struct {
	app *app
	// proc is the process that was told.
	proc *proc
	id   string
	// in is what the app reported; reported is set then.
	in       seam.IncomingCall
	reported bool
	// late is set once the time for reporting is over.
	late bool
	// cause is why the app did not take the call, -1 for none.
	cause int
	state int
	// banner is set while it asks the user.
	banner bool
	stop   func() bool
}

// alive reports whether the app may still be busy with the call.
func (c *phoneCall) alive() bool { return !c.late && c.state != seam.StateDisconnected }

// expect notes a call of which the app is about to hear: it must be reported
// within 10 s. What the system does with one that never is, is not documented;
// here it is noted in the log: claim kinds.voip.unreported. d.mu is held.
func (d *Device) expect(p *proc, id string) *phoneCall {
	c := &phoneCall{app: p.app, proc: p, id: id, cause: -1}
	if len(d.calling) >= maxCallsKept {
		d.calling = d.calling[1:]
	}
	d.calling = append(slices.Clone(d.calling), c)
	c.stop = d.opts.Clock.AfterFunc(reportWithin, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if c.reported || !c.alive() {
			return
		}
		c.late = true
		d.systemLog("E", "CallManager", fmt.Sprintf("the call %s of %s was not reported within %v", c.id, c.app.spec.Bundle, reportWithin))
		c.proc.rest()
		d.notify()
	})
	d.notify()
	return c
}

// callOf returns the app's call, or nil; d.mu is held.
func (d *Device) callOf(a *app, id string) *phoneCall {
	for _, c := range d.calling {
		if c.app == a && c.id == id {
			return c
		}
	}
	return nil
}

// onThePhone reports whether the process has a call to deal with: it is not
// suspended then (claim kinds.voip.suspend). d.mu is held.
func (d *Device) onThePhone(p *proc) bool {
	return slices.ContainsFunc(d.calling, func(c *phoneCall) bool { return c.proc == p && c.alive() })
}

// endCall ends a call; d.mu is held.
func (d *Device) endCall(c *phoneCall) {
	c.stop()
	c.state, c.banner = seam.StateDisconnected, false
	d.notify()
	c.proc.rest()
}

// hangUpAll ends the calls of a process that is gone; d.mu is held.
func (d *Device) hangUpAll(p *proc) {
	for _, c := range d.calling {
		if c.proc == p && c.alive() {
			d.endCall(c)
		}
	}
}

// SetCellularCall begins or ends a call by the carrier, as the device's user
// does: a call that an app reports meanwhile is not taken.
func (d *Device) SetCellularCall(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cellular = on
	d.notify()
}

// CallState is a call that a message announced, newest last.
type CallState struct {
	Bundle, ID string
	// Reported is set once the app has reported it in time, Late if it has not.
	Reported, Late bool
	// Banner is set while it asks the user.
	Banner bool
	// Cause is why the app did not take it, -1 for none: seam.CauseBusy, ...
	Cause int
	// State is one of seam's, StateIdle before the report.
	State int
}

func (d *Device) callStates() []CallState {
	var all []CallState
	for _, c := range d.calling {
		all = append(all, CallState{Bundle: c.app.spec.Bundle, ID: c.id, Reported: c.reported, Late: c.late, Banner: c.banner, Cause: c.cause, State: c.state})
	}
	return all
}
