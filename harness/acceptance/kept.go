// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// collect waits for what the system kept while the app was not in front: the
// newest message after a getToken in the foreground, or the rows of the app's
// database.
func (r *run) collect(ctx context.Context) error {
	via := push.Row
	if r.cell.Condition == Kept {
		via = push.Background
		// The app should ask for its token at each start; one that was only
		// suspended need not, and the message is handed over after this call.
		if err := r.dev.Command(ctx, wire.CmdTokenGet, nil, nil); err != nil {
			return err
		}
	}
	w := verdict.Arrival(via)
	err := r.await(ctx, func(ctx context.Context) bool { return r.ask(ctx, w).Answer == verdict.Saw })
	if errors.Is(err, errTime) {
		r.msg.Close(w, r.arriveText())
		err = nil
	}
	if err != nil {
		return err
	}
	if r.cell.Condition == Kept {
		r.judgeKept(w)
		return nil
	}
	r.judgeRows(ctx, w)
	return nil
}

// judgeKept holds the arrivals against the time when the app came forward: none
// before, and none of a message that a newer one has replaced.
func (r *run) judgeKept(newest verdict.Witness) {
	early := verdict.Testimony{Witness: verdict.Early(push.Background), Answer: verdict.Silent, Closed: string(newest)}
	older := verdict.Testimony{Witness: verdict.Older, Answer: verdict.Silent, Closed: string(newest)}
	for _, m := range append([]*harness.Message{r.msg}, r.older...) {
		for _, a := range m.Arrivals() {
			if a.ReceivedAt.Before(r.forwardAt) {
				early.Answer, early.At = verdict.Saw, a.At
				early.Detail = fmt.Sprintf("%s arrived %s before the app came forward", m.Nonce(), r.forwardAt.Sub(a.ReceivedAt).Round(time.Millisecond))
			}
			if m != r.msg {
				older.Answer, older.At, older.Detail = verdict.Saw, a.At, m.Nonce()+" arrived though a newer one had been sent"
			}
		}
	}
	r.msg.Record(early)
	r.msg.Record(older)
}

// judgeRows makes sure that every message is a row, in the order of sending.
func (r *run) judgeRows(ctx context.Context, w verdict.Witness) {
	r.msg.Close(verdict.Arrival(push.Background), string(w))
	if r.answerOf(w) != verdict.Saw {
		return
	}
	last := uint64(0)
	for _, m := range append(append([]*harness.Message(nil), r.older...), r.msg) {
		t := m.Ask(ctx, w)
		if t.Answer != verdict.Saw {
			r.msg.Record(verdict.Testimony{Witness: w, Answer: verdict.Denied, Detail: "there is no row for " + m.Nonce()})
			return
		}
		seq := m.Arrivals()[0].Origin.Seq
		if seq < last {
			r.msg.Record(verdict.Testimony{Witness: w, Answer: verdict.Denied, Detail: "the rows are not in the order of sending: " + m.Nonce() + " came too early"})
			return
		}
		last = seq
	}
}

// click taps the notification where it was sighted and waits for the want that
// it brings.
func (r *run) click(ctx context.Context) error {
	if r.msg.Sighting() == nil {
		return r.untapped()
	}
	// The centre may have moved since: the newest sighting says where to tap.
	s, seen, err := r.dev.Driver().Sight(ctx, r.msg.Nonce())
	if err != nil {
		return err
	}
	if !seen {
		return &trouble{verdict.Infra, "cell spoiled: the notification was sighted and is gone before it could be tapped", "keep the device untouched while cells run"}
	}
	if err := r.dev.Driver().Click(ctx, s); err != nil {
		return err
	}
	r.event("tapped at %d,%d", s.Tap.X, s.Tap.Y)
	for _, w := range r.cell.Proof.Wanted() {
		via, ok := isArrival(w)
		if !ok || !via.Click() {
			continue
		}
		err := r.await(ctx, func(ctx context.Context) bool { return r.ask(ctx, w).Answer == verdict.Saw })
		if errors.Is(err, errTime) {
			r.msg.Close(w, r.arriveText())
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// untapped is why a notification that nobody sighted is not tapped: where the
// UI tree cannot speak, that a tap brings nothing is no finding.
func (r *run) untapped() error {
	for _, t := range r.msg.Testimonies(verdict.Sees(verdict.Tree)) {
		if t.Answer == verdict.Mute {
			return &trouble{verdict.Inconclusive, "nothing says where to tap: " + t.Detail, "tap the notification by hand and look at what the app gets"}
		}
	}
	return nil
}

// lookAtOlder says whether a message that the last one should have ended is still
// on the display.
func (r *run) lookAtOlder(ctx context.Context, by string) {
	if r.cell.Condition != Ended {
		return
	}
	older := verdict.Testimony{Witness: verdict.Older, Answer: verdict.Silent, Closed: by}
	for _, m := range r.older {
		nonce := m.Nonce()
		if _, seen, err := r.dev.Driver().Sight(ctx, nonce); err != nil {
			older.Answer, older.Detail = verdict.Broken, err.Error()
		} else if seen {
			older.Answer, older.At, older.Detail = verdict.Saw, time.Now(), nonce+" is still on the display"
		}
	}
	r.msg.Record(older)
}
