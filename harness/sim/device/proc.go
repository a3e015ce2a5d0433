// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// proc is one process of an app.
type proc struct {
	d     *Device
	app   *app
	role  wire.Role
	child *process.Process
	conn  *jsonrpc2.Conn
	// queue holds what the process's main thread is to be called with.
	queue chan *job
	// requests bounds what the app may ask at the same time.
	requests chan struct{}
	started  time.Time
	// done is closed once the process is gone and the store knows it.
	done chan struct{}
	// killed is set once somebody has killed it.
	killed atomic.Bool

	// The rest is guarded by d.mu.
	dead bool
	// leaving is set once an extension's process is being dismissed.
	leaving bool
	// ending is the end that somebody has in mind for it, frozen the reason of
	// a kill by the system.
	ending     Ended
	frozen     bool
	foreground bool
	suspended  bool
	unanswered int
	// later is set if it is to be suspended as soon as it has answered.
	later      bool
	top        string
	created    []createdAbility
	registered []string
	// hearsToken is set while it listens to tokenUpdate.
	hearsToken bool
	stopTimer  func() bool
}

// createdAbility is a UIAbility that lives in the process.
type createdAbility struct {
	name            string
	mission, record int
	started         time.Time
}

var (
	errDied    = errors.New("the app's process has ended")
	errFrozen  = errors.New("the app's main thread does not answer")
	errStopped = errors.New("the device is off")
)

// launch starts a process of the app and tells it what it is; d.mu is not
// held.
func (d *Device) launch(a *app, role wire.Role) (*proc, error) {
	o, err := d.opts.Launch(a.spec, role)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", a.spec.Bundle, err)
	}
	d.mu.Lock()
	if d.closed || a.gone {
		d.mu.Unlock()
		return nil, fmt.Errorf("start %s: %w", a.spec.Bundle, errStopped)
	}
	p := &proc{d: d, app: a, role: role, queue: make(chan *job, maxQueue), requests: make(chan struct{}, maxRequests),
		started: d.now(), done: make(chan struct{})}
	logs, stderr := io.Pipe()
	o.Stderr = stderr
	if p.child, err = process.Start(d.ctx, o); err != nil {
		d.mu.Unlock()
		return nil, fmt.Errorf("start %s: %w", a.spec.Bundle, err)
	}
	if role != wire.RoleMain {
		a.extensions = append(a.extensions, p)
	} else {
		a.main, a.ended = p, ""
	}
	ctx, gone := context.WithCancel(d.ctx)
	stream := seam.NewStream(p.child.Stdout(), p.child.Stdin(), p.child.Stdout().Close)
	p.conn = jsonrpc2.NewConn(ctx, stream, handler{p}, jsonrpc2.SetLogger(quiet{}))
	d.goRun(func() { p.mainThread(ctx) })
	d.goRun(func() { p.stderr(logs) })
	d.goRun(func() {
		<-p.child.Done()
		// What it answered before it ended is read first.
		<-p.conn.DisconnectNotify()
		unasked := !p.killed.Load()
		_ = stderr.Close()
		gone()
		p.bury(unasked)
	})
	j := p.post(seam.Start, seam.Process{Bundle: a.spec.Bundle, Role: role, Device: d.info(), Files: a.filesDir(), ProxyTable: a.spec.ProxyTable, Capabilities: d.capabilities(), Behavior: a.spec.Behavior}, nil)
	d.notify()
	d.mu.Unlock()
	<-j.done
	if j.err != nil {
		p.kill()
		<-p.done
		return nil, j.err
	}
	return p, nil
}

// bury records the end of the process. unasked is set if nobody killed it.
func (p *proc) bury(unasked bool) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = p.child.Close(ctx)
	_ = p.conn.Close()
	d := p.d
	d.mu.Lock()
	defer d.mu.Unlock()
	p.dead, p.foreground, p.suspended, p.registered = true, false, false, nil
	if p.stopTimer != nil {
		p.stopTimer()
	}
	d.hangUpAll(p)
	if p.app.main == p {
		p.app.main = nil
		p.app.ended = cmp.Or(p.ending, EndedDied)
		if d.front == p.app {
			d.front = nil
		}
	}
	p.app.extensions = slices.DeleteFunc(p.app.extensions, func(e *proc) bool { return e == p })
	if d.dialog != nil && d.dialog.owner == p {
		d.dialog.answer(errDied)
		d.dialog = nil
	}
	if kind := p.fault(unasked); kind != "" {
		d.faultLog(p, kind)
	}
	d.systemLog("I", "AppMS", fmt.Sprintf("process %s (%d) died", p.name(), p.child.PID()))
	close(p.done)
	d.notify()
}

// name is the process's name. That of an extension, of either kind, is not
// documented: claim pushservice.extension.process-name.
func (p *proc) name() string {
	switch p.role {
	case wire.RoleExtension:
		return p.app.spec.Bundle + ":remoteNotification"
	case seam.RoleForm:
		return p.app.spec.Bundle + ":form"
	}
	return p.app.spec.Bundle
}

func (p *proc) kill() {
	p.killed.Store(true)
	_ = p.child.Kill()
}

// end asks the process to end and waits for it.
func (p *proc) end(ctx context.Context) {
	_ = p.child.Close(ctx)
	<-p.done
}

// processes returns every living process; d.mu is held.
func (d *Device) processes() []*proc {
	var all []*proc
	for _, a := range d.apps {
		if a.main != nil {
			all = append(all, a.main)
		}
		all = append(all, a.extensions...)
	}
	return all
}

// byPID returns the process with that id, or nil; d.mu is held.
func (d *Device) byPID(pid int) *proc {
	for _, p := range d.processes() {
		if p.child.PID() == pid {
			return p
		}
	}
	return nil
}

// quiet drops what jsonrpc2 logs: a process that dies in mid-word is no news.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
