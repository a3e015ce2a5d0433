// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package bridge is what the native module does, without Node-API: one Bridge
// is one JavaScript environment's agent, from start to stop.
//
// It guarantees that no method waits for the network, and none but Start for a
// disk; that Deliver puts into a bounded queue and calls back when the record is
// with the kernel, or when it was refused; that what comes before Start or after
// Stop is an *Error and not a crash, and that a second Stop does no harm. Methods
// may be called from any goroutine.
//
// It knows no JavaScript, and no HarmonyOS: what the platform is asked goes
// out by a Caller, and comes back by Reply and Fail.
package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/lines"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
)

// stopLimit bounds the agent's end: a system that stops an app gives it
// seconds.
const stopLimit = 2 * time.Second

// Log is where lines go: to hilog on a device, to standard error elsewhere. The
// time is now, in the zone that start was told. It returns at once.
type Log func(at time.Time, level slog.Level, line string)

// Bridge is one environment's agent.
type Bridge struct {
	out      Log
	zone     atomic.Pointer[time.Location]
	commands *commands
	// live is the agent from Start to Stop: what each call looks at.
	live atomic.Pointer[agent.Agent]

	mu      sync.Mutex
	agent   *agent.Agent
	cancel  context.CancelFunc
	stopped bool
}

// New makes a Bridge that is not started; log may be nil.
func New(log Log) *Bridge {
	if log == nil {
		log = func(time.Time, slog.Level, string) {}
	}
	b := &Bridge{out: log, commands: newCommands()}
	b.zone.Store(time.Local)
	return b
}

// log gives a line out.
func (b *Bridge) log(level slog.Level, line string) {
	b.out(time.Now().In(b.zone.Load()), level, line)
}

// Start opens the agent's files and dials, if there is a session. It may wait a
// second on the first start of an app, for another process that makes the
// installation's id. A second Start is an error.
func (b *Bridge) Start(o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	b.zone.Store(o.zone())
	given, _, err := session.FromWant(o.want())
	if err != nil && !errors.Is(err, session.ErrEnd) {
		// The app works on without: a parameter is no reason to fail its start.
		b.log(slog.LevelWarn, err.Error())
		given = nil
	}
	ended := errors.Is(err, session.ErrEnd)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.stopped:
		return newError(CodeStopped, "start: the agent was stopped")
	case b.agent != nil:
		return newError(CodeStarted, "start: the agent runs already")
	}
	o.environment()
	a, err := agent.New(agent.Config{
		Dir: o.FilesDir, Role: o.Role, Kit: &kit{device: o.Device, commands: b.commands, log: b.log},
		Session: given, Logger: slog.New(lines.NewHandler(b.log)),
	})
	if err != nil {
		return wrap(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.agent, b.cancel = a, cancel
	b.live.Store(a)
	if ended {
		a.EndSession()
	}
	a.Start(ctx)
	return nil
}

// running returns the agent, or why there is none.
func (b *Bridge) running() (*agent.Agent, error) {
	if a := b.live.Load(); a != nil {
		return a, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return nil, newError(CodeStopped, "the agent was stopped")
	}
	return nil, newError(CodeNotStarted, "the agent is not started: call start first")
}

// Stop ends everything and calls done, from another goroutine, when that is
// so: what was delivered is written first, and every delivery has its answer.
// Commands that wait for the platform fail. Done may be nil.
func (b *Bridge) Stop(done func(error)) {
	if done == nil {
		done = func(error) {}
	}
	b.mu.Lock()
	first := !b.stopped
	b.stopped = true
	b.live.Store(nil)
	a, cancel := b.agent, b.cancel
	b.mu.Unlock()
	if !first || a == nil {
		b.commands.close()
		go done(nil)
		return
	}
	go answered(done, func() error {
		b.commands.close()
		ctx, end := context.WithTimeout(context.Background(), stopLimit)
		defer end()
		defer cancel()
		return a.Close(ctx)
	})
}

// answered calls done with what work says. A panic is an answer too: it would
// end the app, which did nothing wrong.
func answered(done func(error), work func() error) {
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = newError(CodePanic, "the module panicked: %v", p)
			}
		}()
		return work()
	}()
	done(wrap(err))
}

// SetStage notes where in its life the app is: alive, visible or focused.
func (b *Bridge) SetStage(name string) error {
	stage, known := map[string]lifecycle.Stage{
		"alive": lifecycle.StageAlive, "visible": lifecycle.StageVisible, "focused": lifecycle.StageFocused,
	}[name]
	if !known {
		return newError(CodeParameter, "setStage: %q is none of alive, visible, focused", name)
	}
	a, err := b.running()
	if err != nil {
		return err
	}
	a.SetStage(stage)
	return nil
}

// TokenChanged hands over the Push Token that the app got, by getToken or by
// tokenUpdate.
func (b *Bridge) TokenChanged(token string) error {
	a, err := b.running()
	if err != nil {
		return err
	}
	a.TokenChanged(push.NewToken(token), nil)
	return nil
}

// TokenFailed hands over the error of the app's getToken: its code, 1000900001
// and up, and text.
func (b *Bridge) TokenFailed(code int64, message string) error {
	a, err := b.running()
	if err != nil {
		return err
	}
	a.TokenChanged(push.Token{}, failure(code, message))
	return nil
}

// Flush calls done, from another goroutine, when the hub has acknowledged all
// that was delivered, or after the limit, or if there is no hub.
func (b *Bridge) Flush(limit time.Duration, done func(error)) error {
	a, err := b.running()
	if err != nil {
		return err
	}
	go answered(done, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		return a.Flush(ctx)
	})
	return nil
}
