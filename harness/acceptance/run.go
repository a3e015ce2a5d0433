// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
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
	// tickets pay for the messages, in the order of sending; so many are used.
	tickets []*quota.Ticket
	used    int
	// closedBy is what closed the wait of a cell with a window.
	closedBy string
	// forwardAt is when the app was brought forward again, by the device's
	// clock.
	forwardAt time.Time
	// lostBefore is how many losses the agent had reported before the cell.
	lostBefore int
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
//  4. assert the state again: one that did not hold is infra, never a pass,
//  5. only then bring the app forward, ask its own eyes, click.
func Run(ctx context.Context, dev *harness.Device, cell Cell) report.Cell {
	deviceType := dev.Profile().Type
	r := &run{dev: dev, cell: cell, lostBefore: len(dev.Losses()), report: report.Cell{
		ID: cell.ID(deviceType), Kind: cell.Kind.String(), State: string(cell.State), Expect: string(cell.Expect),
		Condition: string(cell.Condition), Proof: cell.Proof.String(), Started: time.Now(),
	}}
	err := r.steps(ctx)
	r.conclude(ctx, err)
	r.report.Ended = time.Now()
	return r.report
}

func (r *run) event(format string, args ...any) {
	r.report.Waterfall = append(r.report.Waterfall, report.Event{At: time.Now(), What: fmt.Sprintf(format, args...)})
}

func (r *run) steps(ctx context.Context) error {
	if absent := r.dev.Agentless(); absent != nil && r.cell.needsAgent() {
		return absent
	}
	if err := r.reserve(ctx); err != nil {
		return err
	}
	defer func() { r.dev.Release(ctx, r.tickets) }()
	if err := r.arrange(ctx); err != nil {
		return err
	}
	if err := r.send(ctx); err != nil {
		return err
	}
	if err := r.listen(ctx); err != nil {
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
	r.event("app is %s", r.cell.State)
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
	if state.App != r.cell.State {
		return &trouble{verdict.Infra, fmt.Sprintf("cell spoiled: the app should be %s %s, and is %s", r.cell.State, when, state), "keep the device untouched while cells run"}
	}
	r.event("state asserted: %s", state)
	return nil
}

func (r *run) send(ctx context.Context) error {
	for _, m := range r.cell.Messages() {
		if r.msg != nil {
			r.older = append(r.older, r.msg)
			// Each must be on the device before the next is sent: no order is
			// promised between two that are under way.
			if _, err := r.settle(ctx, "the message before"); err != nil {
				return err
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
		r.event("sent %s", r.msg.Nonce())
		if r.receipts() {
			// From now on it is waited for.
			r.msg.Ask(ctx, verdict.Receipt)
		}
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

// conclude turns steps' error, or what the witnesses say, into the report.
func (r *run) conclude(ctx context.Context, err error) {
	if r.msg != nil {
		r.resolve(ctx)
		r.report.Testimonies = r.msg.Testimonies(r.cell.Proof)
	}
	var t *trouble
	var none *device.NoMethodError
	var absent *harness.AgentError
	switch {
	case errors.As(err, &t):
		r.report.Verdict, r.report.Reason, r.report.Next = t.verdict, t.reason, t.next
	case errors.As(err, &none):
		// Only a cell that was asked for by name gets here.
		r.report.Verdict, r.report.Reason = verdict.Inconclusive, none.Error()
	case err != nil && ctx.Err() != nil:
		r.report.Verdict, r.report.Reason = verdict.Infra, "the cell was ended before it could be judged: "+context.Cause(ctx).Error()
		r.report.Next = "run it again, to its end"
	case errors.As(err, &absent):
		// The same is to be said of every cell, and nobody was asked.
		r.report.Verdict, r.report.Reason, r.report.Next = verdict.Inconclusive, absent.Reason(), absent.Next()
		r.report.Testimonies = nil
	case errors.Is(err, harness.ErrNoAgent):
		r.report.Verdict, r.report.Reason = verdict.Inconclusive, err.Error()
	case err != nil:
		r.report.Verdict, r.report.Reason, r.report.Next = verdict.Infra, err.Error(), infraAdvice(err)
	default:
		if lost := r.losses(ctx); lost != nil {
			r.report.Verdict, r.report.Reason, r.report.Next = lost.verdict, lost.reason, lost.next
			break
		}
		j := verdict.Judge(r.cell.Proof, r.report.Testimonies)
		r.report.Verdict, r.report.Reason = j.Verdict, j.Reason
		if !j.Final {
			r.report.Verdict, r.report.Reason = verdict.Infra, "the cell ended before every witness was asked: "+j.Reason
			break
		}
		r.report.Next = harness.Advice(r.cell.Kind, r.report.Testimonies)
		if j.Verdict == verdict.Pass {
			r.report.Next = ""
			r.nameWindow()
		}
		if j.Verdict == verdict.Pass && r.cell.Answered {
			r.checkAnswer()
		}
	}
	r.hear(ctx)
	r.noteRepeats()
	if r.report.Verdict != verdict.Pass {
		r.fetchLog(ctx)
	}
}

// nameWindow has a pass say so if time alone closed the wait of a witness, or
// if a receipt closed it.
func (r *run) nameWindow() {
	if r.closedBy != "" && !strings.HasPrefix(r.closedBy, windowMark) {
		r.report.Reason += ", the wait closed by " + r.closedBy
	}
	for _, t := range r.report.Testimonies {
		if t.Answer == verdict.Silent && strings.HasPrefix(t.Closed, windowMark) {
			r.report.Reason += fmt.Sprintf(", by a window: nothing positive closed the wait for %s, which saw nothing within %s", t.Witness, r.window())
			return
		}
	}
}

// infraAdvice says what to do about trouble with the device.
func infraAdvice(err error) string {
	var target *hdc.TargetError
	var server *hdc.ServerError
	if errors.As(err, &target) || errors.As(err, &server) {
		return "check the cable or the emulator with `hdc-runner devices`, then run again"
	}
	return "run `hdc-runner doctor`, then run again"
}

// checkAnswer holds what is shown against what the extension answered: the
// original in its place means that the answer came too late or was not taken.
func (r *run) checkAnswer() {
	want := strings.ReplaceAll(answerTitle, "{{nonce}}", r.msg.Nonce())
	title, text := r.msg.Shown()
	if strings.Contains(title+"\n"+text, want) {
		return
	}
	r.report.Verdict = verdict.Fail
	r.report.Reason = fmt.Sprintf("the original is shown (%q) in place of the extension's answer (%q)", title, want)
	r.report.Next = "does the extension answer within 10 s, and does it return what the agent's session asks for?"
}

// logLimit bounds the fetching of the agent's log for a cell that did not pass.
const logLimit = 2 * time.Second

// fetchLog takes the agent's last lines along. An agent that cannot answer now
// is no reason to wait.
func (r *run) fetchLog(ctx context.Context) {
	state, err := r.dev.State(ctx)
	if err != nil || state.App != harness.Foreground {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, logLimit)
	defer cancel()
	var lines []string
	if r.dev.Command(ctx, wire.CmdLog, nil, &lines) == nil {
		r.report.Log = lines
	}
}

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
