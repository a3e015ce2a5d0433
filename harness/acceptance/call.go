// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// noCall makes sure that the call window which is sighted later is that of the
// cell's own call.
func (r *run) noCall(ctx context.Context) error {
	if !wanted(r.cell.Proof, verdict.Call) {
		return nil
	}
	list, err := r.dev.Driver().Windows(ctx)
	if err != nil {
		return err
	}
	if len(list.Visible(device.PlaceCall)) > 0 {
		return &trouble{verdict.Infra, "a call is on the display before the push", "end it, and run again"}
	}
	return nil
}

// decline declines the call, and waits until the app says that it has heard.
func (r *run) decline(ctx context.Context) error {
	if r.answerOf(verdict.Call) != verdict.Saw {
		return nil
	}
	if err := r.dev.Driver().DeclineCall(ctx); errors.Is(err, device.ErrNoCallButton) {
		return &trouble{verdict.Inconclusive, "nothing says where to tap: " + err.Error(), "decline the call by hand, and look at what the app does"}
	} else if err != nil {
		return err
	}
	r.event("declined the call")
	w := verdict.Arrival(push.Call)
	err := r.await(ctx, func(ctx context.Context) bool { return r.ask(ctx, w).Answer == verdict.Saw })
	if errors.Is(err, errTime) {
		r.msg.Close(w, r.arriveText())
		return nil
	}
	return err
}

// tidy takes back what the cell has left on the device: a call that rings, a
// live view. What cannot be taken back is noted, and no fault of the cell.
func (r *run) tidy(ctx context.Context) {
	if r.msg == nil {
		return
	}
	if r.cell.Kind == push.KindVoIP && r.answerOf(verdict.Arrival(push.VoIP)) == verdict.Saw && r.answerOf(verdict.Arrival(push.Call)) != verdict.Saw {
		r.hangUp(ctx)
	}
	if r.cell.After == nil {
		return
	}
	var taken []pushcloud.Message
	for i, m := range append(append([]*harness.Message(nil), r.older...), r.msg) {
		if m.Err() == nil || m.OutcomeUnknown() {
			taken = append(taken, r.messages[i])
		}
	}
	for _, m := range r.cell.After(taken) {
		if r.used == len(r.tickets) {
			return
		}
		end := r.push(ctx, m)
		r.note(end, "clean-up")
		if err := end.Err(); err != nil {
			r.event("what the cell has left stays: %v", err)
		}
	}
}

// hangUp declines the call of a cell that is over, if its banner is there or
// comes within the kind's window. An app in front need not show one.
func (r *run) hangUp(ctx context.Context) {
	waiting, cancel := context.WithTimeout(ctx, r.window())
	defer cancel()
	err := r.await(waiting, func(ctx context.Context) bool {
		list, err := r.dev.Driver().Windows(ctx)
		return err != nil || len(list.Visible(device.PlaceCall)) > 0
	})
	if err == nil {
		err = r.dev.Driver().DeclineCall(ctx)
	}
	if err != nil {
		r.event("the call is left to itself: %v", err)
		return
	}
	r.event("declined the call")
}
