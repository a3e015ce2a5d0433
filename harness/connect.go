// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// AgentError says that no agent reported.
type AgentError struct {
	// Key is the device's connect key.
	Key    string
	Bundle string
	Waited time.Duration
	// State is the app's state afterwards.
	State string
	// Refused is what the hub told agents that it refused since the app was
	// started, the newest last.
	Refused []string
	// Said is what the app's agent last wrote to the device's log, the newest
	// last.
	Said []string
	// Way is what may be wrong with the device's way to the hub, "" where that is
	// not to blame.
	Way string
}

// Error says what happened, the cause as far as it is known, and what to do.
func (e *AgentError) Error() string {
	if next := e.Next(); next != "" {
		return e.Reason() + "; " + next
	}
	return e.Reason()
}

// Reason says what happened, and the cause as far as it is known.
func (e *AgentError) Reason() string {
	text := fmt.Sprintf("%s: %s was started and is %s, but no agent connected within %s", e.brief(), e.Bundle, e.State, e.Waited)
	switch {
	case len(e.Refused) > 0:
		return text + "; the hub refused one: " + e.Refused[len(e.Refused)-1]
	case len(e.Said) > 0:
		return text + "; its last words in the device's log: " + e.Said[len(e.Said)-1]
	case e.State == string(Stopped):
		return text + "; its process is gone"
	}
	return text
}

// Next says what to do, "" where the cause says it.
func (e *AgentError) Next() string {
	switch {
	case len(e.Refused) > 0:
		return ""
	case len(e.Said) > 0:
		return e.Way
	case e.State == string(Stopped):
		return fmt.Sprintf("start the app by hand, and read why it ends: hdc -t %s shell hilog -x -e %s", e.Key, e.Bundle)
	}
	return "build the app with the agent in it (docs/integrate.md: target debug); `hdc-runner push send --target` proves without one that an alert is shown; " +
		"if it has one, look at the app's log for \"Pushproof\" and check that it has ohos.permission.INTERNET"
}

// brief is the heading: an agent that was refused, or that wrote to the log, is
// in the app.
func (e *AgentError) brief() string {
	switch {
	case len(e.Refused) > 0:
		return "the app's agent was refused"
	case len(e.Said) > 0:
		return "the app's agent does not connect"
	}
	return ErrNoAgent.Error()
}

// ErrNoAgent is what errors.Is finds in an *AgentError.
var ErrNoAgent = errors.New("no agent in the app")

// Is reports whether target is ErrNoAgent.
func (e *AgentError) Is(target error) bool { return target == ErrNoAgent }

// withoutAgent says in a few words why no agent can speak.
func (d *Device) withoutAgent() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.absent == nil {
		return ErrNoAgent.Error()
	}
	return d.absent.brief()
}

// logTag is the agent's in the device's log, and lastWords how many of its
// lines are kept.
const (
	logTag    = "Pushproof"
	lastWords = 5
)

// Connect makes the way home (a reverse rule from the device to the hub),
// starts the app with a session and waits for its agent's hello. The error is
// an *AgentError if none comes; the app is then started all the same.
func (d *Device) Connect(ctx context.Context) error {
	if err := d.reverse(ctx); err != nil {
		return err
	}
	param, err := d.sessionParam()
	if err != nil {
		return err
	}
	if err := d.drv.Wake(ctx); err != nil {
		return err
	}
	// A log that stays as it is has gaps, which an Evidence names.
	_ = d.drv.RaiseLog(ctx)
	since := time.Now()
	if err := d.drv.Start(ctx, map[string]string{session.ParamKey: param}); err != nil {
		return err
	}
	d.mu.Lock()
	d.started = true
	d.mu.Unlock()
	return d.awaitAgent(ctx, since)
}

func (d *Device) sessionParam() (string, error) {
	home := url.URL{Scheme: "ws", Host: "127.0.0.1:" + strconv.Itoa(d.way().Device), Path: hub.Path}
	s := session.Session{
		Hub: home.String(), Run: d.s.run, Label: d.Key(), Token: d.s.token,
		Expires: time.Now().Add(time.Duration(d.s.cfg.SessionLife)), Extension: d.s.answer,
	}
	return s.Param()
}

// awaitAgent waits for the hello of the app that was started at since.
func (d *Device) awaitAgent(ctx context.Context, since time.Time) error {
	limit := time.Duration(d.s.cfg.Connect)
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := d.s.hub.WaitAgent(wait, d.Key(), wire.RoleMain, func(a hub.Agent) bool { return a.Connected && a.ClockKnown })
	if err == nil {
		d.mu.Lock()
		d.heard, d.absent = true, nil
		d.mu.Unlock()
		// A process that is killed before it has reported its token takes it
		// along. Why there is none, each push says.
		_, _ = d.Token(ctx)
		return ctx.Err()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &AgentError{Key: d.Key(), Bundle: d.s.cfg.Bundle, Waited: limit, State: "in an unknown state"}
	if state, err := d.drv.State(ctx); err == nil {
		e.State = string(state.App)
	}
	for _, r := range d.s.hub.Refusals() {
		if !r.At.Before(since) {
			e.Refused = append(e.Refused, r.Message)
		}
	}
	// A log that cannot be read leaves the cause open, and no more.
	e.Said, _ = d.drv.Log(ctx, logTag, lastWords)
	if len(e.Refused) == 0 {
		e.Way = d.s.cfg.wayAdvice()
	}
	d.mu.Lock()
	d.absent = e
	d.mu.Unlock()
	return e
}
