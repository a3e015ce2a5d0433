// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// StartPlain does on a device, through the hdc server, what a tester does with
// an app that has no agent: start it, and allow notifications when it asks, if
// a way to do so is known for that type of device. It
// returns the app's Push Token, which a team's own app would show or log.
func (w *World) StartPlain(ctx context.Context, key string) (push.Token, error) {
	sim := w.Device(key)
	if sim == nil {
		return push.Token{}, fmt.Errorf("start %s: this world has no device %q", PlainBundle, key)
	}
	client := hdc.New(hdc.Options{Addr: w.HDC.Addr()})
	d, err := device.Open(ctx, client, key, device.App{Bundle: PlainBundle})
	if err != nil {
		return push.Token{}, err
	}
	if err := d.Start(ctx, nil); err != nil {
		return push.Token{}, err
	}
	if _, err := d.Await(ctx, device.Foreground); err != nil {
		return push.Token{}, err
	}
	var none *device.NoMethodError
	if err := d.AnswerDialog(ctx, true); err != nil && !errors.As(err, &none) {
		return push.Token{}, err
	}
	for {
		changed := sim.Changed()
		for _, app := range sim.State().Apps {
			if app.Bundle == PlainBundle && !app.Token.IsZero() {
				return app.Token, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return push.Token{}, fmt.Errorf("wait for the Push Token of %s: %w", PlainBundle, ctx.Err())
		}
	}
}
