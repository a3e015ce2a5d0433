// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// settleEvery is the pause between two questions whether the agent has anything
// left to report.
const settleEvery = 20 * time.Millisecond

// Settle has the agent write down and report what it still holds, and returns
// all that it lost in this run. The app must be in the foreground.
//
// An agent that cannot write (its disk is full) answers with a *wire.Failure:
// what it is handed is then lost, and it cannot say so otherwise.
func (d *Device) Settle(ctx context.Context) ([]wire.Loss, error) {
	if err := d.Command(ctx, wire.CmdFlush, nil, nil); err != nil {
		return nil, err
	}
	again := time.NewTicker(settleEvery)
	defer again.Stop()
	for {
		var state wire.State
		if err := d.Command(ctx, wire.CmdState, nil, &state); err != nil {
			return nil, err
		}
		if state.Pending == 0 {
			return d.journaledLosses()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// journaledLosses reads the hub's journal: what was acknowledged is in there,
// and may not have reached the feed yet.
func (d *Device) journaledLosses() ([]wire.Loss, error) {
	var all []wire.Loss
	err := d.s.hub.Journaled(func(r *hub.Record) error {
		if loss, ok := r.Frame.(*wire.Loss); ok && r.Label() == d.Key() && r.Run == d.s.run {
			all = append(all, *loss)
		}
		return nil
	})
	return all, err
}
