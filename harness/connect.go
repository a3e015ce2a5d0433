// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/hub"
)

// AgentError says that no agent reported.
type AgentError struct {
	Bundle string
	Waited time.Duration
	// State is the app's state afterwards.
	State string
	// Refused is what the hub told agents that it refused, the newest last.
	Refused []string
}

// Error implements error.
func (e *AgentError) Error() string {
	text := fmt.Sprintf("no agent in the app: %s was started and is %s, but no agent connected within %s", e.Bundle, e.State, e.Waited)
	if n := len(e.Refused); n > 0 {
		return text + "; the hub refused one: " + e.Refused[n-1]
	}
	return text + "; this version brings no agent for a real app yet: `hdc-runner push send --target` proves without one that an alert is shown; " +
		"if it has one, look at the app's log for \"pushproof\" and check that it has ohos.permission.INTERNET"
}

// ErrNoAgent is what errors.Is finds in an *AgentError.
var ErrNoAgent = errors.New("no agent in the app")

// Is reports whether target is ErrNoAgent.
func (e *AgentError) Is(target error) bool { return target == ErrNoAgent }

// portTries is how many device ports are tried for the reverse rule; on
// simulated devices, which share the host's loopback, one may be taken.
const portTries = 20

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
	if err := d.drv.Start(ctx, map[string]string{session.ParamKey: param}); err != nil {
		return err
	}
	d.mu.Lock()
	d.started = true
	d.mu.Unlock()
	return d.awaitAgent(ctx)
}

func (d *Device) reverse(ctx context.Context) error {
	d.mu.Lock()
	have := d.rule != nil
	d.mu.Unlock()
	if have {
		return nil
	}
	hubPort := int(d.s.hub.Addr().Port())
	for try := 1; ; try++ {
		// The port must be unique over all devices of a server: removing a rule
		// removes every rule of the same text.
		port := 20000 + rand.IntN(20000)
		rule, err := d.s.hdc.Reverse(ctx, d.Key(), port, hubPort)
		var busy *hdc.PortError
		if errors.As(err, &busy) && try < portTries {
			continue
		}
		if err != nil {
			return fmt.Errorf("make the way from the device to the hub: %w", err)
		}
		d.mu.Lock()
		d.rule = rule
		d.mu.Unlock()
		return nil
	}
}

func (d *Device) sessionParam() (string, error) {
	d.mu.Lock()
	rule := d.rule
	d.mu.Unlock()
	home := url.URL{Scheme: "ws", Host: "127.0.0.1:" + strconv.Itoa(rule.Device), Path: hub.Path}
	s := session.Session{
		Hub: home.String(), Run: d.s.run, Label: d.Key(), Token: d.s.token,
		Expires: time.Now().Add(time.Duration(d.s.cfg.SessionLife)), Extension: d.s.answer,
	}
	return s.Param()
}

func (d *Device) awaitAgent(ctx context.Context) error {
	limit := time.Duration(d.s.cfg.Connect)
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := d.s.hub.WaitAgent(wait, d.Key(), wire.RoleMain, func(a hub.Agent) bool { return a.Connected && a.ClockKnown })
	if err == nil {
		d.mu.Lock()
		d.heard = true
		d.mu.Unlock()
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &AgentError{Bundle: d.s.cfg.Bundle, Waited: limit, State: "in an unknown state"}
	if state, err := d.drv.State(ctx); err == nil {
		e.State = string(state.App)
	}
	d.mu.Lock()
	d.absent = e
	d.mu.Unlock()
	return e
}
