// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// SetState brings the app into a state and makes sure that it is in it.
func (d *Device) SetState(ctx context.Context, want State) error {
	now, err := d.drv.State(ctx)
	if err != nil {
		return err
	}
	if now.App == want {
		return nil
	}
	switch want {
	case Foreground:
		return d.Foreground(ctx)
	case Background:
		if now.App == Stopped {
			if err := d.Foreground(ctx); err != nil {
				return err
			}
		}
		if err := d.drv.Home(ctx); err != nil {
			return err
		}
	case Stopped:
		if err := d.kill(ctx); err != nil {
			return err
		}
	default:
		return fmt.Errorf("bring the app into state %q: the states are foreground, background, stopped", want)
	}
	_, err = d.drv.Await(ctx, want)
	return err
}

// kill ends the app's process and waits until the hub has noticed: a link that
// only looks alive would be asked for what the next process should say.
func (d *Device) kill(ctx context.Context) error {
	if err := d.drv.Kill(ctx); err != nil {
		return err
	}
	return d.awaitLink(ctx, false)
}

// Foreground brings the app to the front, starting it if need be, and waits
// until its agent, if it ever had one, is there to answer.
func (d *Device) Foreground(ctx context.Context) error {
	if err := d.drv.BringForward(ctx); err != nil {
		return err
	}
	if _, err := d.drv.Await(ctx, Foreground); err != nil {
		return err
	}
	return d.awaitLink(ctx, true)
}

// awaitLink waits until the main process's agent is connected, or is not. There
// is nothing to wait for where none was ever heard of.
func (d *Device) awaitLink(ctx context.Context, connected bool) error {
	d.mu.Lock()
	heard := d.heard
	d.mu.Unlock()
	if !heard {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, time.Duration(d.s.cfg.Connect))
	defer cancel()
	_, err := d.s.hub.WaitAgent(wait, d.Key(), wire.RoleMain, func(a hub.Agent) bool { return a.Connected == connected })
	if err != nil {
		return fmt.Errorf("wait for the agent after the app changed its state: %w", err)
	}
	return nil
}
