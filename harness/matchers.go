// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Prove succeeds when the proof is complete for the *Message. Under Eventually
// it stops at once when the verdict is final, which it is after Config.Arrive at
// the latest, so that Eventually needs a context and no time-out of its own. A
// failure prints what every witness says, which one decided, and what that
// means. A message of Device.Expect is waited for as long as Eventually does.
func Prove(p verdict.Proof) types.GomegaMatcher {
	return &proofMatcher{proof: p, what: "prove " + p.String()}
}

// BeAccepted succeeds when Push Cloud accepted the message. That says nothing
// about its arrival.
func BeAccepted() types.GomegaMatcher {
	return &proofMatcher{proof: verdict.Sees(verdict.Accepted), what: "be accepted by Push Cloud"}
}

// BeShown succeeds when the system shows the message: seen in the UI tree or by
// the app's own eyes.
func BeShown() types.GomegaMatcher {
	return &proofMatcher{proof: verdict.Any(verdict.Tree, verdict.Eyes), what: "be shown"}
}

// ArriveVia succeeds when the agent was handed the message by that way.
func ArriveVia(via push.Via) types.GomegaMatcher {
	return &proofMatcher{proof: verdict.Sees(verdict.Arrival(via)), what: "arrive via " + via.String()}
}

// proofMatcher is the one matcher behind the sentences above.
type proofMatcher struct {
	proof verdict.Proof
	what  string

	// began is when the witnesses were asked first.
	began time.Time
	said  []verdict.Testimony
	judge verdict.Judgement
}

// Match asks the witnesses.
func (m *proofMatcher) Match(actual any) (bool, error) {
	msg, ok := actual.(*Message)
	if !ok || msg == nil {
		return false, fmt.Errorf("the matcher wants a *harness.Message, as Device.Push and Device.Expect return it, and got %T", actual)
	}
	proof := m.proof
	if msg.matching == nil && !slices.Contains(proof.Witnesses(), verdict.Accepted) {
		// Nothing arrives that was not accepted: then there is no use in waiting.
		proof = verdict.All(verdict.Sees(verdict.Accepted), proof)
	}
	if m.began.IsZero() {
		m.began = time.Now()
	}
	m.said = msg.askAll(msg.ctx, proof)
	m.judge = verdict.Judge(proof, m.said)
	// Whoever else sends a message may do so at any time; one of ours has had
	// its time, and a verdict that names the silent ones is worth more than a
	// time-out.
	if limit := time.Duration(msg.dev.Config().Arrive); !m.judge.Final && msg.matching == nil && time.Since(m.began) >= limit {
		for _, t := range m.said {
			if t.Answer == verdict.Waiting {
				msg.Close(t.Witness, "the time of "+limit.String())
			}
		}
		m.said = msg.askAll(msg.ctx, proof)
		m.judge = verdict.Judge(proof, m.said)
	}
	return m.judge.Verdict == verdict.Pass, nil
}

// MatchMayChangeInTheFuture tells Eventually whether to go on.
func (m *proofMatcher) MatchMayChangeInTheFuture(any) bool { return !m.judge.Final }

// FailureMessage says what was expected and what the witnesses say.
func (m *proofMatcher) FailureMessage(actual any) string {
	return m.message(actual, "to")
}

// NegatedFailureMessage is the same for ShouldNot.
func (m *proofMatcher) NegatedFailureMessage(actual any) string {
	return m.message(actual, "not to")
}

func (m *proofMatcher) message(actual any, to string) string {
	msg := actual.(*Message)
	var b strings.Builder
	fmt.Fprintf(&b, "Expected %s\n%s %s\nbut %s.\nThe witnesses say:\n", msg, to, m.what, m.judge.Reason)
	for _, t := range m.said {
		fmt.Fprintf(&b, "  %s\n", t)
	}
	if next := Advice(msg.Kind(), m.said); next != "" {
		fmt.Fprintf(&b, "What to check next: %s\n", next)
	}
	return b.String()
}

// askAll asks every witness of the proof, but stops at a final verdict: no
// screen is read for a message that was never accepted. Eyes that nothing but
// the author of the spec can open are mute for now, so that nobody waits for
// them; in front they are asked again.
func (m *Message) askAll(ctx context.Context, p verdict.Proof) []verdict.Testimony {
	var list []verdict.Testimony
	for _, w := range p.Witnesses() {
		t := m.Ask(ctx, w)
		if w == verdict.Eyes && m.unasked(t) && blind(list) {
			t.Answer = verdict.Mute
		}
		list = append(list, t)
		if verdict.Judge(p, list).Final {
			break
		}
	}
	return m.reconsider(ctx, list)
}

// reconsider asks the witness Accepted again, where it waited: what the others
// have said may tell what became of a message without an answer.
func (m *Message) reconsider(ctx context.Context, list []verdict.Testimony) []verdict.Testimony {
	for i, t := range list {
		if t.Witness == verdict.Accepted && t.Answer == verdict.Waiting {
			list[i] = m.Ask(ctx, t.Witness)
		}
	}
	return list
}

// unasked reports whether the app's eyes wait for the app to come forward.
func (m *Message) unasked(t verdict.Testimony) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return t.Answer == verdict.Waiting && m.behind
}

// blind reports whether the screen was asked and cannot tell.
func blind(said []verdict.Testimony) bool {
	return slices.ContainsFunc(said, func(t verdict.Testimony) bool {
		return t.Witness == verdict.Tree && t.Answer == verdict.Mute
	})
}

// String names the message as failures do.
func (m *Message) String() string {
	kind := "a message"
	if known := m.Kind(); known != 0 {
		kind = "the " + known.String() + " message"
	}
	if m.nonce == "" {
		return kind + " that somebody else sends to " + m.dev.Key()
	}
	return kind + " " + m.nonce + " to " + m.dev.Profile().Type + " " + m.dev.Key()
}

// GoString is String: Eventually tries its arguments for durations and prints
// with %#v what is none, while arrivals still alter what a message holds inside.
func (m *Message) GoString() string { return m.String() }

// GomegaString keeps Gomega from printing what a message holds inside.
func (m *Message) GomegaString() string { return m.String() }
