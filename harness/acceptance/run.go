// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// run is one cell on its way to a verdict.
type run struct {
	dev    *harness.Device
	cell   Cell
	report report.Cell
	// msg is the message that the proof is about; older are those before it.
	msg   *harness.Message
	older []*harness.Message
	// messages are the cell's, in the order of sending; card is the one that
	// they refresh.
	messages []pushcloud.Message
	card     device.Form
	// tickets pay for the messages, in the order of sending; so many are used.
	tickets []*quota.Ticket
	used    int
	// closedBy is what closed the wait of a cell with a window.
	closedBy string
	// forwardAt is when the app was brought forward again, by the device's
	// clock.
	forwardAt time.Time
	// lostBefore is how many losses the agent had reported before the cell, and
	// brokenBefore how often its way to the hub had been broken.
	lostBefore, brokenBefore int
	// undo takes the cell's condition back, nil if it has none.
	undo *device.Restore
}

// trouble ends a cell with a verdict of its own.
type trouble struct {
	verdict verdict.Verdict
	reason  string
	next    string
}

func (t *trouble) Error() string { return t.reason }

// Run runs one cell and judges it:
//
//  1. reserve what the cell costs: where a limit of Push Kit leaves no room it
//     is quota, and nothing was sent,
//  2. bring the app into the cell's state and assert it,
//  3. send, and listen to the witnesses that do not disturb the app,
//  4. assert the state again: one that did not hold is infra, never a pass; nor
//     is silence held against the app where its way to the hub was broken,
//  5. only then bring the app forward, ask its own eyes, click,
//  6. take back what was changed on the device, whatever has become of ctx.
func Run(ctx context.Context, dev *harness.Device, cell Cell) report.Cell {
	deviceType := dev.Profile().Type
	r := &run{dev: dev, cell: cell, lostBefore: len(dev.Losses()), report: report.Cell{
		ID: cell.ID(deviceType), Kind: cell.Kind.String(), State: string(cell.State), Expect: string(cell.Expect),
		Condition: string(cell.Condition), Proof: cell.Proof.String(), Started: time.Now(),
	}}
	err := r.steps(ctx)
	r.conclude(ctx, err)
	r.tidy(ctx)
	r.dev.Release(ctx, r.tickets)
	r.restore(ctx)
	r.report.Ended = time.Now()
	return r.report
}

// restore takes the cell's condition back. One that stays is no fault of this
// cell: the next one tries again before it begins.
func (r *run) restore(ctx context.Context) {
	if r.undo == nil {
		return
	}
	if err := r.dev.Undo(ctx, r.undo); err != nil {
		r.event("%v", err)
		return
	}
	r.event("took back %s", r.undo)
}

func (r *run) event(format string, args ...any) { r.eventAt(time.Now(), format, args...) }

func (r *run) eventAt(at time.Time, format string, args ...any) {
	r.report.Waterfall = append(r.report.Waterfall, report.Event{At: at, What: fmt.Sprintf(format, args...)})
}

// sent notes a push, if it left at all: the answer came later than that.
func (r *run) sent(m *harness.Message, what string) {
	if at := m.SentAt(); !at.IsZero() {
		r.eventAt(at, "sent %s", what)
	}
}

func (r *run) steps(ctx context.Context) error {
	if absent := r.dev.Agentless(); absent != nil && r.cell.needsAgent() {
		return absent
	}
	if err := r.dev.Present(ctx); err != nil {
		return err
	}
	r.brokenBefore = r.dev.Broken()
	if err := r.findCard(ctx); err != nil {
		return err
	}
	if err := r.reserve(ctx); err != nil {
		return err
	}
	if err := r.arrange(ctx); err != nil {
		return err
	}
	if err := r.send(ctx); err != nil {
		return err
	}
	if err := r.listen(ctx); err != nil {
		return err
	}
	if err := r.dev.Present(ctx); err != nil {
		return err
	}
	if err := r.assert(ctx, "before the app is disturbed"); err != nil {
		return err
	}
	return r.disturb(ctx)
}

// arrange brings the app into its condition and state.
func (r *run) arrange(ctx context.Context) error {
	if err := r.condition(ctx); err != nil {
		return err
	}
	if err := r.dev.Driver().CloseShade(ctx); err != nil && !noMethod(err) {
		return err
	}
	if err := r.dev.SetState(ctx, r.cell.State); err != nil {
		return err
	}
	if c, ok := r.cell.Condition.onDevice(); ok {
		var err error
		if r.undo, err = r.dev.SetCondition(ctx, c); err != nil {
			return err
		}
		r.event("device has %s", c)
	}
	r.event("app is %s", r.cell.State)
	if err := r.noCall(ctx); err != nil {
		return err
	}
	return r.assert(ctx, "before the push")
}

// condition makes sure of the notification switch, which is read and asked for
// in the foreground only.
func (r *run) condition(ctx context.Context) error {
	off := r.cell.Condition == NotificationsOff
	if !off && len(r.cell.Needs) == 0 {
		return nil
	}
	if _, ok := r.dev.Agent(); !ok {
		return nil
	}
	if on, known := r.dev.Switch(); known && on != off {
		return nil
	}
	if err := r.dev.Foreground(ctx); err != nil {
		return err
	}
	if off {
		on, err := r.dev.NotificationsEnabled(ctx)
		if err != nil {
			return err
		}
		if on {
			return &trouble{verdict.Inconclusive, "notifications are on for the app, and no command turns them off",
				"turn them off in the settings, or install the app afresh (its Push Token then changes)"}
		}
		return nil
	}
	err := r.dev.Authorise(ctx)
	var dialog *device.DialogError
	var none *device.NoMethodError
	var refused *wire.Failure
	switch {
	case errors.As(err, &dialog), errors.As(err, &none):
		return &trouble{verdict.Inconclusive, err.Error(), "allow notifications for the app by hand, then run again"}
	case errors.As(err, &refused):
		return &trouble{verdict.Inconclusive, err.Error(), "allow notifications for the app in the settings: once refused, the system does not ask again (1600004)"}
	}
	return err
}

// assert reads the state again.
func (r *run) assert(ctx context.Context, when string) error {
	state, err := r.dev.State(ctx)
	if err != nil {
		return err
	}
	if !harness.In(state, r.cell.State) && !(r.msg != nil && r.woken(state)) {
		return &trouble{verdict.Infra, fmt.Sprintf("cell spoiled: the app should be %s %s, and is %s", r.cell.State, when, state), "keep the device untouched while cells run"}
	}
	r.event("state asserted: %s", state)
	return nil
}

// woken reports whether the app is where the cell's message itself has brought
// it: into the background, or on beneath the lock screen.
func (r *run) woken(state device.State) bool {
	return r.cell.Wakes && state.App == harness.Background && state.Locked == (r.cell.State == harness.Locked)
}

func (r *run) send(ctx context.Context) (err error) {
	if r.messages, err = r.filled(r.cell.Messages()); err != nil {
		return err
	}
	for _, m := range r.messages {
		if r.msg != nil {
			if err := r.seen(ctx); err != nil {
				return err
			}
			r.older = append(r.older, r.msg)
			// Each must be on the device before the next is sent: no order is
			// promised between two that are under way. One that was seen is.
			if !r.cell.Stepwise {
				if _, err := r.settle(ctx, "the message before"); err != nil {
					return err
				}
			}
		}
		r.msg = r.push(ctx, m)
		role := ""
		if err := r.msg.Err(); errors.Is(err, harness.ErrNoAgent) {
			return err
		} else if r.msg.OutcomeUnknown() {
			role = "no answer"
		} else if err != nil {
			role = "not accepted"
		}
		r.note(r.msg, role)
		r.sent(r.msg, r.msg.Nonce())
		if r.receipts() {
			// From now on it is waited for.
			r.msg.Ask(ctx, verdict.Receipt)
		}
	}
	return nil
}

// seen waits until the message before is on the display, for a cell that says
// nothing otherwise.
func (r *run) seen(ctx context.Context) error {
	if !r.cell.Stepwise {
		return nil
	}
	if err := r.msg.Err(); err != nil {
		v := map[verdict.Answer]verdict.Verdict{verdict.Denied: verdict.Fail, verdict.Limited: verdict.Quota}[harness.Refusal(err)]
		return &trouble{cmp.Or(v, verdict.Infra), "the message before was not accepted: " + err.Error(), "see the cell that is about creating it"}
	}
	answer := verdict.Waiting
	err := r.await(ctx, func(ctx context.Context) bool {
		answer = r.ask(ctx, verdict.Tree).Answer
		return answer != verdict.Waiting
	})
	if err != nil && !errors.Is(err, errTime) {
		return err
	}
	if answer != verdict.Saw {
		return &trouble{verdict.Inconclusive, "the message before was not seen, so that nothing can be said of the one that follows it", "see the cell that is about creating it"}
	}
	return nil
}

func (r *run) note(m *harness.Message, role string) {
	entry := report.Message{Nonce: m.Nonce(), Role: role}
	if answer := m.Response(); answer != nil {
		entry.Code, entry.RequestID = answer.Code, answer.RequestID
	}
	r.report.Messages = append(r.report.Messages, entry)
}

func (r *run) window() time.Duration { return time.Duration(r.dev.Config().Quiet[r.cell.Kind]) }

// windowMark begins the name of a closing by time alone.
const windowMark = "window of "

func (r *run) windowText() string { return windowMark + r.window().String() }

func noMethod(err error) bool {
	var none *device.NoMethodError
	return errors.As(err, &none)
}

// isArrival reports whether w is an arrival, and by which way.
func isArrival(w verdict.Witness) (push.Via, bool) {
	name, ok := strings.CutPrefix(string(w), "arrival:")
	if !ok {
		return 0, false
	}
	via, err := push.ParseVia(name)
	return via, err == nil
}
