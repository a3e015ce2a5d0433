// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// lookEvery is how long listen waits between two readings of the screen. Each
// takes a real device about a second; an arrival wakes it sooner.
const lookEvery = 50 * time.Millisecond

// listen takes what the witnesses say that do not disturb the app, until the
// proof is final, nothing more is to be had without disturbing, or the time is
// over.
func (r *run) listen(ctx context.Context) error {
	if !r.mayBeTaken(ctx) {
		return nil
	}
	if r.cell.Fence {
		return r.fence(ctx)
	}
	if r.cell.Window {
		by, err := r.settle(ctx, "the message")
		if err != nil {
			return err
		}
		r.closedBy = by
		if unwanted(r.cell.Proof, verdict.Tree) {
			r.ask(ctx, verdict.Tree)
			r.msg.Close(verdict.Tree, by)
		}
		r.lookAtOlder(ctx, by)
		return nil
	}
	if err := r.await(ctx, r.heardEnough); errors.Is(err, errTime) {
		r.giveUp(r.arriveText())
	} else if err != nil {
		return err
	}
	if r.blind() {
		if _, err := r.settle(ctx, "the message, which nothing shows before the app is brought forward"); err != nil {
			return err
		}
		r.lookAtLock(ctx)
	}
	return nil
}

// lookAtLock reads the lock screen, once all has come that comes. What it does
// not show may lie behind it: the UI tree cannot speak then.
func (r *run) lookAtLock(ctx context.Context) {
	if r.cell.State != harness.Locked || !wanted(r.cell.Proof, verdict.Tree) {
		return
	}
	if t := r.ask(ctx, verdict.Tree); t.Answer == verdict.Waiting {
		t.Answer = verdict.Mute
		r.msg.Record(t)
	}
}

// errTime is await's error when the time for arrivals is over.
var errTime = errors.New("the time for arrivals is over")

func (r *run) arriveText() string {
	return fmt.Sprintf("the time of %s", time.Duration(r.dev.Config().Arrive))
}

// await calls done after each arrival, and every lookEvery, until it returns
// true. It fails with errTime after Config.Arrive.
func (r *run) await(ctx context.Context, done func(context.Context) bool) error {
	deadline := time.NewTimer(time.Duration(r.dev.Config().Arrive))
	defer deadline.Stop()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		changed := r.dev.Changed()
		if done(ctx) {
			return nil
		}
		select {
		case <-changed:
		case <-again.C:
		case <-deadline.C:
			return errTime
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// heardEnough asks the quiet witnesses that should see the message, and reports
// whether none of them is worth waiting for. Of tree and eyes one is enough.
func (r *run) heardEnough(ctx context.Context) bool {
	var sighted, unsighted, missing bool
	for _, w := range r.cell.Proof.Wanted() {
		if !r.quiet(w) {
			continue
		}
		answer := r.ask(ctx, w).Answer
		switch {
		case w == verdict.Accepted:
			// If it waits, it waits for what the others see.
		case w == verdict.Tree || w == verdict.Eyes:
			sighted = sighted || answer == verdict.Saw
			unsighted = unsighted || answer == verdict.Waiting
		case answer == verdict.Waiting:
			missing = true
		}
	}
	return !missing && (sighted || !unsighted)
}

// blind reports whether the message should be seen, and can be seen only after
// the app came forward. It then needs time to reach the device first, or it
// would land in another state.
func (r *run) blind() bool {
	hidden := r.cell.State == harness.Locked || r.answerOf(verdict.Tree) == verdict.Mute
	return wanted(r.cell.Proof, verdict.Eyes) && !r.quiet(verdict.Eyes) && hidden
}

// quiet reports whether a witness can be asked now without disturbing the app,
// and may see the message without our doing.
func (r *run) quiet(w verdict.Witness) bool {
	switch w {
	case verdict.Accepted:
		return true
	case verdict.Call:
		return true
	case verdict.Tree:
		if r.cell.Kind == push.KindForm && r.cell.State == harness.Foreground {
			// The app hides the desktop.
			return false
		}
		// A lock screen is looked at when all has come; see lookAtLock.
		return r.cell.State != harness.Locked
	case verdict.Eyes:
		// Its agent answers in the foreground only.
		return r.cell.State == harness.Foreground
	}
	via, ok := isArrival(w)
	return ok && !via.Click() && via != push.Row && via != push.Call && (via != push.Background || r.cell.Condition != Kept)
}

func (r *run) ask(ctx context.Context, w verdict.Witness) verdict.Testimony {
	before := r.answerOf(w)
	t := r.msg.Ask(ctx, w)
	if t.Answer != before && t.Answer != verdict.Waiting {
		r.event("%s: %s %s", w, t.Answer, t.Detail)
	}
	return t
}

func (r *run) answerOf(w verdict.Witness) verdict.Answer {
	for _, t := range r.msg.Testimonies(verdict.Sees(w)) {
		return t.Answer
	}
	return verdict.Waiting
}

// giveUp closes every quiet witness that still waits.
func (r *run) giveUp(by string) {
	for _, w := range r.cell.Proof.Wanted() {
		if w != verdict.Accepted && r.quiet(w) && r.answerOf(w) == verdict.Waiting {
			r.msg.Close(w, by)
		}
	}
}

// fence sends a background message behind the one that should not be seen, and
// waits for its arrival. Push Kit promises no order between the two (claim
// acceptance.fence), so that the screen is looked at only afterwards.
func (r *run) fence(ctx context.Context) error {
	if r.marking() {
		// A receipt spares the background message that the fence costs.
		by, err := r.settle(ctx, "the message")
		if err != nil {
			return err
		}
		if !strings.HasPrefix(by, windowMark) {
			r.closedBy = by
			r.look(ctx, by)
			return nil
		}
	}
	f := r.push(ctx, background())
	r.note(f, "fence")
	r.sent(f, "the fence "+f.Nonce())
	err := r.await(ctx, func(ctx context.Context) bool {
		return f.Ask(ctx, verdict.Arrival(push.Background)).Answer == verdict.Saw
	})
	if errors.Is(err, errTime) {
		return &trouble{verdict.Inconclusive, "the fence message did not arrive, so nothing tells when to stop waiting", "a background message that is dropped (more than two an hour) makes no fence: run again later"}
	}
	if err != nil {
		return err
	}
	r.look(ctx, "the arrival of the fence "+f.Nonce())
	return nil
}

// look asks tree and eyes once and closes them, where the proof does not want
// them to see anything.
func (r *run) look(ctx context.Context, by string) {
	for _, w := range []verdict.Witness{verdict.Tree, verdict.Eyes} {
		if unwanted(r.cell.Proof, w) {
			r.ask(ctx, w)
			r.msg.Close(w, by)
		}
	}
}

// disturb does what needs the app: brings it forward, clicks, asks its eyes.
func (r *run) disturb(ctx context.Context) error {
	if !r.mayBeTaken(ctx) {
		return nil
	}
	switch {
	case r.cell.Expect == Clicked:
		return r.click(ctx)
	case r.cell.Expect == Declined:
		return r.decline(ctx)
	case r.cell.Kind == push.KindForm:
		return r.lookAtCard(ctx)
	case r.cell.Kind == push.KindVoIP:
		// Nothing that the app could tell in front is missing.
		return nil
	case r.cell.State == harness.Foreground:
		r.look(ctx, r.marker())
		return nil
	case r.proved():
		return nil
	}
	if err := r.dev.Foreground(ctx); err != nil {
		return err
	}
	r.event("app brought forward")
	return r.afterwards(ctx)
}

// proved reports whether the quiet witnesses were enough.
func (r *run) proved() bool {
	return verdict.Judge(r.cell.Proof, r.msg.Testimonies(r.cell.Proof)).Verdict == verdict.Pass
}

// marker names what closed the wait for the unwanted witnesses of a foreground
// cell: an arrival that the proof wants.
func (r *run) marker() string {
	for _, t := range r.msg.Testimonies(r.cell.Proof) {
		if _, ok := isArrival(t.Witness); ok && t.Answer == verdict.Saw {
			return string(t.Witness)
		}
	}
	return r.arriveText()
}

// afterwards asks an app that was brought forward.
func (r *run) afterwards(ctx context.Context) error {
	if _, ok := r.dev.Agent(); !ok {
		r.msg.Ask(ctx, verdict.Eyes)
		return nil
	}
	var state wire.State
	if err := r.dev.Command(ctx, wire.CmdState, nil, &state); err != nil {
		return err
	}
	r.forwardAt = state.StageSince
	if r.cell.Condition == Kept || r.cell.Condition == ProxyData {
		if err := r.collect(ctx); err != nil {
			return err
		}
	}
	return r.lookAgain(ctx)
}

// lookAgain asks the app's own eyes. What it was shown after it came forward
// proves nothing about the cell's state.
func (r *run) lookAgain(ctx context.Context) error {
	if unwanted(r.cell.Proof, verdict.Eyes) {
		r.ask(ctx, verdict.Eyes)
		r.msg.Close(verdict.Eyes, r.eyesClosed())
		return nil
	}
	if !wanted(r.cell.Proof, verdict.Eyes) {
		return nil
	}
	var seen verdict.Testimony
	err := r.await(ctx, func(ctx context.Context) bool {
		seen = r.ask(ctx, verdict.Eyes)
		return seen.Answer != verdict.Waiting
	})
	if errors.Is(err, errTime) {
		r.msg.Close(verdict.Eyes, r.arriveText())
		return nil
	}
	// Of a live view the app does not learn when it was shown.
	if err == nil && r.cell.Kind != push.KindLiveView && seen.Answer == verdict.Saw && seen.At.Add(-seen.Error).After(r.hostTime(r.forwardAt)) {
		return &trouble{verdict.Infra, "cell spoiled: the notification was shown after the app had come forward", "run it again, with a longer window (hdc-runner: --quiet): the message was slower than the one for its kind"}
	}
	return err
}

// eyesClosed names what closed the wait of the app's own eyes: what arrived
// after the message, or, where nothing did, the window that has passed.
func (r *run) eyesClosed() string {
	for _, t := range r.msg.Testimonies(r.cell.Proof) {
		if _, ok := isArrival(t.Witness); ok && t.Answer == verdict.Saw {
			return string(t.Witness)
		}
	}
	return cmp.Or(r.closedBy, r.windowText()) + ", then the app came forward and looked"
}

// hostTime translates a time of the device's clock.
func (r *run) hostTime(t time.Time) time.Time {
	a, _ := r.dev.Agent()
	return t.Add(-a.ClockOffset)
}

func wanted(p verdict.Proof, w verdict.Witness) bool { return slices.Contains(p.Wanted(), w) }

func unwanted(p verdict.Proof, w verdict.Witness) bool { return slices.Contains(p.Unwanted(), w) }
