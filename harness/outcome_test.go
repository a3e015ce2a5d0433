// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
	"github.com/pushproof/pushproof/harness/verdict"
)

// A message whose answer was lost waits for who has seen it, and is accepted
// from then on; one that was lost with its answer stays open.
func TestMessageWithoutAnswer(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	ctx := t.Context()
	if err := s.phone.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	disturb := func(rules ...faults.Fault) {
		if _, err := s.world.Cloud.Faults().Replace(rules); err != nil {
			t.Fatal(err)
		}
	}
	hold := faults.Fault{Kind: faults.Drop}
	reset := faults.Fault{Kind: faults.Reset, On: faults.Answer}
	g := NewWithT(t)

	disturb(reset)
	msg := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`})
	if !msg.OutcomeUnknown() || msg.Response() != nil {
		t.Fatalf("the outcome is known: %v, %v", msg.Response(), msg.Err())
	}
	g.Eventually(ctx, msg).Should(harness.ArriveVia(push.Background))
	g.Expect(msg).To(harness.BeAccepted())
	said := msg.Ask(ctx, verdict.Accepted)
	if !strings.HasPrefix(said.Detail, "no answer, but it arrived, so it was taken: arrival:BACKGROUND saw it (push cloud gave no answer") || said.At.IsZero() {
		t.Errorf("the witness says %v", said)
	}

	disturb(reset, hold)
	msg = s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":8}`})
	var failures []string
	failing := NewGomega(func(text string, _ ...int) { failures = append(failures, text) })
	failing.Expect(msg).To(harness.BeAccepted())
	failing.Eventually(ctx, msg).WithTimeout(200 * time.Millisecond).Should(harness.ArriveVia(push.Background))
	if len(failures) != 2 {
		t.Fatalf("%d failures: %v", len(failures), failures)
	}
	for _, text := range failures {
		for _, part := range []string{"accepted           waiting  push cloud gave no answer", "What to check next: nobody said whether the message was taken"} {
			if !strings.Contains(text, part) {
				t.Errorf("the failure does not say %q:\n%s", part, text)
			}
		}
	}
	msg.Close(verdict.Accepted, "the test")
	if said := msg.Ask(ctx, verdict.Accepted); said.Answer != verdict.Broken || said.Closed != "the test" || !strings.Contains(said.Detail, "gave no answer") {
		t.Errorf("once it is closed the witness says %v", said)
	}
	if j := verdict.Judge(verdict.Sees(verdict.Accepted), msg.Testify(ctx, verdict.Sees(verdict.Accepted))); j.Verdict != verdict.Infra || !j.Final {
		t.Errorf("judged %+v", j)
	}

	// It comes after all, and says so whoever closed the wait.
	disturb(reset)
	late := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":9}`})
	late.Close(verdict.Accepted, "the test")
	g.Eventually(ctx, func() verdict.Answer { return late.Ask(ctx, verdict.Accepted).Answer }).Should(Equal(verdict.Saw))
}

// What is known not to have been taken waits for nobody.
func TestMessageThatWasNotTaken(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	ctx := t.Context()
	if err := s.phone.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	msg := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`}, harness.To(push.NewToken("MAMadeUp0123456789")))
	if said := msg.Ask(ctx, verdict.Accepted); msg.OutcomeUnknown() || said.Answer != verdict.Denied {
		t.Errorf("a refused message: %v", said)
	}
	if what := msg.Repeated(); what != "" {
		t.Errorf("it came more than once: %s", what)
	}
}
