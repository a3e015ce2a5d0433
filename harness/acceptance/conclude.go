// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/verdict"
)

// conclude turns steps' error, or what the witnesses say, into the report.
func (r *run) conclude(ctx context.Context, err error) {
	if r.msg != nil {
		r.resolve(ctx)
		r.report.Testimonies = r.msg.Testimonies(r.cell.Proof)
	}
	var t *trouble
	var none *device.NoMethodError
	var absent *harness.AgentError
	var manual *device.ManualError
	var lacks *device.NotOfferedError
	switch {
	case errors.As(err, &t):
		r.report.Verdict, r.report.Reason, r.report.Next = t.verdict, t.reason, t.next
	case errors.As(err, &manual):
		r.report.Verdict, r.report.Reason, r.report.Next = verdict.Inconclusive, manual.What+": "+manual.Why, "by hand: "+manual.Do
	case errors.As(err, &lacks):
		r.report.Verdict, r.report.Reason, r.report.Next = verdict.Inconclusive, lacks.Error(), lacks.Advice
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
		r.doubt()
	}
	r.hear(ctx)
	r.noteRepeats()
	if r.report.Verdict != verdict.Pass {
		r.gather(ctx, err)
		r.fetchLog(ctx)
	}
}

// doubt takes a fail back that rests on a claim: what the platform does there is
// not known, so that it is no finding about the app. A message that Push Cloud
// refused never got there.
func (r *run) doubt() {
	if r.cell.Claim == "" || r.report.Verdict != verdict.Fail || r.answerOf(verdict.Accepted) == verdict.Denied {
		return
	}
	r.report.Verdict = verdict.Inconclusive
	r.report.Reason += fmt.Sprintf("; what becomes of a push to an app in this state is a claim (%s), so that it may be the platform's way", r.cell.Claim)
	r.report.Next = "settle the claim: docs/verification.md says how"
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
