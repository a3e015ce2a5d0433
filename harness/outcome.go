// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// OutcomeUnknown reports whether nobody said if Push Cloud took the message:
// the answer was lost, or tells nothing. It is not sent again then.
func (m *Message) OutcomeUnknown() bool { return pushcloud.IsOutcomeUnknown(m.sendErr) }

// unanswered is the testimony of the REST answer that did not come. Whoever has
// seen the nonce proves that the message was taken; as long as nobody has, it
// may still be, until the wait is closed.
func (m *Message) unanswered() verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Accepted, Answer: verdict.Waiting, Detail: m.sendErr.Error()}
	if seen, ok := m.evidence(); ok {
		t.Answer, t.At, t.Error = verdict.Saw, seen.At, seen.Error
		missing := "no answer"
		if m.response != nil {
			missing = "no answer that tells"
		}
		t.Detail = fmt.Sprintf("%s, but it arrived, so it was taken: %s saw it (%v)", missing, seen.Witness, m.sendErr)
		return t
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if closed, ok := m.closed[verdict.Accepted]; ok && closed.Answer == verdict.Broken {
		closed.Detail = t.Detail
		return closed
	}
	return t
}

// evidence returns what was seen of the message by its nonce, the earliest first.
func (m *Message) evidence() (verdict.Testimony, bool) {
	for _, a := range m.Arrivals() {
		return verdict.Testimony{Witness: verdict.Arrival(a.Via), At: a.At, Error: a.Error}, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range []verdict.Witness{verdict.Tree, verdict.Eyes} {
		if w == verdict.Eyes && !m.carriers.For(pushcloud.WitnessEyes) {
			continue // it may have seen another message of this time
		}
		if t, ok := m.closed[w]; ok && t.Answer == verdict.Saw {
			return t, true
		}
	}
	if m.inquiry.receipt != nil {
		// Whatever it says, it is about a message that was taken.
		return verdict.Testimony{Witness: verdict.Receipt, At: m.inquiry.receipt.At}, true
	}
	return verdict.Testimony{}, false
}

// Repeated says what of the message came more than once, "" if nothing did so
// far: arrivals by the same way under two origins are two deliveries, while a
// record that was sent again keeps its origin. A tap is its own arrival, and not
// counted.
func (m *Message) Repeated() string {
	if m.matching != nil {
		return ""
	}
	var texts []string
	times := map[verdict.Witness][]Arrival{}
	for _, a := range m.Arrivals() {
		if !a.Via.Click() {
			w := verdict.Arrival(a.Via)
			times[w] = append(times[w], a)
			if len(times[w]) == 2 {
				texts = append(texts, string(w))
			}
		}
	}
	for i, w := range texts {
		texts[i] = repeats(verdict.Witness(w), times[verdict.Witness(w)])
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.notifications > 1 {
		texts = append(texts, fmt.Sprintf("%d notifications hold its nonce", m.notifications))
	}
	return strings.Join(texts, "; ")
}

// repeats says how often something arrived, and under which origins.
func repeats(w verdict.Witness, arrivals []Arrival) string {
	origins := make([]string, len(arrivals))
	for i, a := range arrivals {
		origins[i] = fmt.Sprintf("%s/%.8s/%d", a.Origin.Role, a.Origin.Epoch, a.Origin.Seq)
	}
	last := arrivals[len(arrivals)-1].At.Sub(arrivals[0].At)
	return fmt.Sprintf("%s %d times within %s, as %s", w, len(arrivals), last.Round(time.Millisecond), strings.Join(origins, " and "))
}

// Repeat is a message that came more than once.
type Repeat struct {
	Nonce string
	// What is Message.Repeated.
	What string
}

// Repeats returns the messages of Push that came more than once so far, in the
// order of sending.
func (d *Device) Repeats() []Repeat {
	d.mu.Lock()
	sent := slices.Clone(d.sent)
	d.mu.Unlock()
	var all []Repeat
	for _, m := range sent {
		if what := m.Repeated(); what != "" {
			all = append(all, Repeat{m.nonce, what})
		}
	}
	return all
}
