// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// A session with a ledger stays below Push Kit's limits, whoever sends, and
// counts what may have been taken and nothing else.
func TestCellsArePaidFor(t *testing.T) {
	store := &quota.Memory{}
	ledger := quota.New(quota.Options{Store: store, Wait: -1})
	s := newStageWith(t, world.Options{}, nil, harness.Options{Answer: acceptance.Answer(), Ledger: ledger})
	counts := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, sent(t, store)); diff != "" {
			t.Errorf("the ledger (-want +got):\n%s", diff)
		}
	}
	want(t, s.run("alert/phone/foreground/silent[notifications off]"), verdict.Pass, "")
	counts("alert MARKETING", "background")
	// A message that Push Cloud refuses costs nothing.
	refused := s.phone.Push(t.Context(), pushcloud.Alert{Title: "{{nonce}}", Body: "b"}, harness.To(push.NewToken("MAMadeUp")))
	if refused.Err() == nil {
		t.Fatal("a made-up token is taken")
	}
	want(t, s.run("background/phone/foreground/delivered"), verdict.Pass, "")
	counts("alert MARKETING", "background", "background")

	cell := s.run("background/phone/stopped/delivered[kept]")
	want(t, cell, verdict.Quota, "not sent: at most 2 background messages an hour for device "+s.phone.Key()+": 2 sent, 2 more would be too many")
	want(t, cell, verdict.Quota, "--force")
	if len(cell.Messages) > 0 {
		t.Errorf("of a cell without room %d messages were sent", len(cell.Messages))
	}
	msg := s.phone.Push(t.Context(), pushcloud.Background{ExtraData: "{}"})
	if got := msg.Ask(t.Context(), verdict.Accepted); got.Answer != verdict.Limited || msg.Response() != nil {
		t.Errorf("one more of a team's own: %v", got)
	}
	counts("alert MARKETING", "background", "background")

	// A cell that does not get as far as sending gives back what it reserved.
	if err := errors.Join(s.phone.SetState(t.Context(), harness.Foreground), s.phone.Authorise(t.Context())); err != nil {
		t.Fatal(err)
	}
	want(t, s.run("alert/phone/background/silent[notifications off]"), verdict.Inconclusive, "notifications are on")
	counts("alert MARKETING", "background", "background")
}

// sent lists what the store holds for good, and fails for what is reserved.
func sent(t *testing.T, store quota.Store) []string {
	t.Helper()
	var list []string
	err := store.Update(t.Context(), func(tx quota.Tx) error {
		entries, err := tx.Entries(time.Time{})
		for _, e := range entries {
			if !e.Expires.IsZero() {
				t.Errorf("still reserved: %+v", e)
			}
			if e.Device == "" || e.App != world.Bundle || e.Project == "" || !e.Test {
				t.Errorf("charged to nobody: %+v", e)
			}
			text := e.Kind.String()
			if e.Category != "" {
				text = fmt.Sprint(text, " ", e.Category)
			}
			list = append(list, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
