// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// commandLimit bounds a command whose sender named no time-out.
const commandLimit = 30 * time.Second

// command answers one command of the hub. It is called in a goroutine of its
// own; ctx ends with the command's time-out or with the link.
func (a *Agent) command(ctx context.Context, c *wire.Command) *wire.Result {
	if c.TimeoutMillis <= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, commandLimit)
		defer cancel()
	}
	value, err := a.run(ctx, c)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &wire.Failure{Code: wire.CodeTimeout, Message: "the system did not answer " + c.Name + " in time"}
	}
	if err != nil {
		a.log.Info("command failed", "name", c.Name, "error", err)
		return &wire.Result{ID: c.ID, Error: asFailure(err)}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return &wire.Result{ID: c.ID, Error: asFailure(fmt.Errorf("marshal the result of %s: %w", c.Name, err))}
	}
	return &wire.Result{ID: c.ID, Value: raw}
}

func (a *Agent) run(ctx context.Context, c *wire.Command) (any, error) {
	switch c.Name {
	case wire.CmdEcho:
		if len(c.Args) == 0 {
			return nil, nil
		}
		return c.Args, nil
	case wire.CmdState:
		stage, since := a.life.get()
		return wire.State{
			Stage: stage, StageSince: since, Now: a.now(),
			Pending: a.outbox.Pending(), Install: a.install, Role: a.role,
		}, nil
	case wire.CmdTokenGet:
		token, err := a.GetToken(ctx)
		return wire.TokenValue{Fingerprint: token.Fingerprint()}, err
	case wire.CmdTokenDelete:
		if err := a.kit.DeleteToken(ctx); err != nil {
			return nil, err
		}
		a.tokens.set(push.Token{}, nil)
		return nil, nil
	case wire.CmdNotificationsActive:
		list, err := a.kit.ActiveNotifications(ctx)
		if list == nil {
			list = []Notification{}
		}
		return list, err
	case wire.CmdNotificationsEnabled:
		return a.kit.NotificationsEnabled(ctx)
	case wire.CmdNotificationsRequest:
		return nil, a.kit.RequestNotifications(ctx)
	case wire.CmdBadgeGet:
		return a.kit.Badge(ctx)
	case wire.CmdLiveViewGet:
		var which wire.LiveViewID
		if err := json.Unmarshal(c.Args, &which); err != nil {
			return nil, fmt.Errorf("read the arguments of %s: %w", c.Name, err)
		}
		return a.kit.LiveView(ctx, which.ID)
	case wire.CmdLog:
		return a.ring.all(), nil
	case wire.CmdFlush:
		return nil, a.sync(ctx)
	default:
		return nil, &wire.Failure{
			Code:    wire.CodeUnknown,
			Message: fmt.Sprintf("this agent (%s) knows no command %q: build the app with a newer one", Version, c.Name),
		}
	}
}
