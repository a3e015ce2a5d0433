// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

// wake lets a suspended process run; only a call of the process does that:
// claim pushservice.suspend.wake. d.mu is held.
func (p *proc) wake() {
	if p.stopTimer != nil {
		p.stopTimer()
		p.stopTimer = nil
	}
	if !p.suspended {
		return
	}
	if err := p.child.Resume(); err != nil {
		p.d.log.Debug("a process was not resumed", "pid", p.child.PID(), "error", err)
	}
	p.suspended = false
	p.d.notify()
}

// rest plans the suspension of a main process that is in the background; d.mu
// is held.
func (p *proc) rest() {
	d := p.d
	if d.opts.SuspendBackground == SuspendNever || p.foreground || p.dead || p.suspended || p.stopTimer != nil {
		return
	}
	if d.opts.SuspendGrace < 0 {
		p.suspend()
		return
	}
	p.stopTimer = d.opts.Clock.AfterFunc(d.opts.SuspendGrace, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		p.stopTimer = nil
		p.suspend()
	})
}

// suspend stops the process unless it has come forward or has work; d.mu is
// held.
func (p *proc) suspend() {
	// A call ends in rest again.
	if p.dead || p.foreground || p.suspended || p.d.onThePhone(p) {
		return
	}
	if p.unanswered > 0 {
		if p.d.opts.SuspendGrace < 0 {
			// It has to wait for nothing but the answer.
			p.later = true
			return
		}
		p.rest()
		return
	}
	if err := p.child.Suspend(); err != nil {
		p.d.log.Debug("a process was not suspended", "pid", p.child.PID(), "error", err)
		return
	}
	p.suspended = true
	p.d.notify()
}
