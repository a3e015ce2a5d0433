// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// job is one call of a process by the system.
type job struct {
	method string
	params any
	// result receives the answer; nil drops it.
	result any
	// err is valid once done is closed.
	err  error
	done chan struct{}
}

func (j *job) finish(err error) {
	j.err = err
	close(j.done)
}

// wait waits for the job's end.
func (j *job) wait(ctx context.Context) error {
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// post queues a call for the process's main thread; d.mu is held, so that the
// order of calls is the order of the changes that caused them.
func (p *proc) post(method string, params, result any) *job {
	j := &job{method: method, params: params, result: result, done: make(chan struct{})}
	if p.dead {
		j.finish(errDied)
		return j
	}
	select {
	case p.queue <- j:
		p.unanswered++
		p.wake()
	default:
		j.finish(errFrozen)
	}
	return j
}

// mainThread makes the calls, one after the other.
func (p *proc) mainThread(ctx context.Context) {
	for {
		select {
		case j := <-p.queue:
			p.run(ctx, j)
		case <-ctx.Done():
			// Nothing is posted to a dead process: bury sets dead first, or the
			// device is off.
			<-p.done
			for {
				select {
				case j := <-p.queue:
					p.answered(j, errDied)
				default:
					return
				}
			}
		}
	}
}

func (p *proc) run(ctx context.Context, j *job) {
	// ctx ends with the process, and an answer that came before that counts: the
	// end of the connection ends the call.
	patience, cancel := context.WithTimeout(p.d.ctx, p.d.opts.AppTimeout)
	defer cancel()
	err := p.conn.Call(patience, j.method, j.params, j.result)
	var refused *jsonrpc2.Error
	switch {
	case err == nil:
	case errors.As(err, &refused):
		err = seam.Failure(err)
	case patience.Err() != nil && ctx.Err() == nil:
		err = fmt.Errorf("%s: %w", j.method, errFrozen)
		p.d.mu.Lock()
		p.frozen = true
		p.d.systemLog("E", "AppMS", fmt.Sprintf("APP_FREEZE %s (%d) in %s", p.name(), p.child.PID(), j.method))
		p.d.mu.Unlock()
		p.kill()
	default:
		// The pipe is gone. A process that closed it by itself is of no use; one
		// that crashed is not said to have been killed.
		_ = p.child.Kill()
		<-ctx.Done()
		err = errDied
	}
	p.answered(j, err)
}

func (p *proc) answered(j *job, err error) {
	p.d.record(p, j.method, j.params, err)
	p.d.mu.Lock()
	p.unanswered--
	if p.later && p.unanswered == 0 {
		p.later = false
		p.rest()
	}
	p.d.mu.Unlock()
	j.finish(err)
}

// record notes a call that was answered or failed.
func (d *Device) record(p *proc, method string, params any, err error) {
	call := Call{At: time.Now(), Bundle: p.app.spec.Bundle, Role: p.role, PID: p.child.PID(), Method: method}
	// What was sent could be marshalled.
	call.Params, _ = json.Marshal(params)
	if err != nil {
		call.Error = err.Error()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls.add(call)
	d.notify()
}

// Call is a call that the system made of an app's process.
type Call struct {
	// At is when it was answered, in real time.
	At     time.Time
	Bundle string
	Role   wire.Role
	PID    int
	Method string
	// Params are as sent, tokens included: they stay in memory.
	Params json.RawMessage
	// Error is "" if the process answered.
	Error string
}

// Calls returns the newest calls, oldest first: at least the last 2048.
func (d *Device) Calls() []Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls.all()
}
