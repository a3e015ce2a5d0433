// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Ask takes the testimony of one witness now. Asking the UI tree reads the
// screen, and opens the notification centre where a way to do so is known;
// asking the app's own eyes sends its agent a command, which only an app in
// the foreground answers.
func (m *Message) Ask(ctx context.Context, w verdict.Witness) verdict.Testimony {
	t := m.ask(ctx, w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.Answer != verdict.Waiting {
		m.closed[w] = t
		return t
	}
	if closed, ok := m.closed[w]; ok {
		closed.Detail = t.Detail
		return closed
	}
	return t
}

func (m *Message) ask(ctx context.Context, w verdict.Witness) verdict.Testimony {
	m.mu.Lock()
	said, ok := m.closed[w]
	m.mu.Unlock()
	open := w == verdict.Accepted && m.OutcomeUnknown() && said.Answer == verdict.Broken
	if ok && said.Answer != verdict.Silent && !open {
		return said
	}
	switch {
	case w == verdict.Accepted:
		return m.accepted()
	case w == verdict.Receipt:
		return m.receipted()
	case w == verdict.Tree:
		return m.tree(ctx)
	case w == verdict.Eyes:
		return m.eyes(ctx)
	case w == verdict.Call:
		return m.callWindow(ctx)
	}
	if via, ok := strings.CutPrefix(string(w), "arrival:"); ok {
		return m.arrived(w, via)
	}
	return verdict.Testimony{Witness: w, Answer: verdict.Waiting}
}

// accepted is what the REST answer says.
func (m *Message) accepted() verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Accepted, Answer: verdict.Saw, At: m.answeredAt}
	if m.matching != nil {
		t.Answer, t.Detail = verdict.Mute, "somebody else sent it"
		return t
	}
	if m.sendErr == nil {
		t.Detail = "code " + m.response.Code + ", requestId " + m.response.RequestID
		return t
	}
	if m.OutcomeUnknown() {
		return m.unanswered()
	}
	t.At = time.Time{}
	t.Detail = m.sendErr.Error()
	if errors.Is(m.sendErr, ErrNoAgent) {
		t.Answer = verdict.Mute
		return t
	}
	t.Answer = Refusal(m.sendErr)
	return t
}

// Refusal sorts what went wrong with a send: only what Push Cloud says of the
// message, its token or the app's rights is the app's, and is verdict.Denied. A
// limit is verdict.Limited, everything else verdict.Broken.
func Refusal(err error) verdict.Answer {
	var over *quota.OverError
	if errors.As(err, &over) {
		return verdict.Limited
	}
	var answered *pushcloud.Error
	if !errors.As(err, &answered) {
		return verdict.Broken
	}
	return answerOf(answered.Class)
}

// answerOf sorts a code that is not a success by where its remedy lies.
func answerOf(class fixtures.Class) verdict.Answer {
	switch class {
	case fixtures.ClassQuota, fixtures.ClassFlow:
		return verdict.Limited
	case fixtures.ClassService, fixtures.ClassCredentials, fixtures.ClassUnknown:
		return verdict.Broken
	default:
		return verdict.Denied
	}
}

// tree looks for the message in what the system shows.
func (m *Message) tree(ctx context.Context) verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Tree, Answer: verdict.Mute}
	if m.nonce == "" || !m.carriers.For(pushcloud.WitnessTree) {
		t.Detail = "neither title nor body of the message holds the nonce"
		return t
	}
	// The notification centre is behind a lock screen, which shows a message or
	// not by its category.
	locked := m.dev.underLock()
	if !locked {
		if err := m.uncover(ctx); err != nil {
			var none *device.NoMethodError
			if errors.As(err, &none) {
				t.Detail = none.Error()
				return t
			}
			return m.broken(ctx, verdict.Tree, err)
		}
	}
	s, seen, err := m.dev.drv.Sight(ctx, m.nonce)
	if err != nil {
		return m.broken(ctx, verdict.Tree, err)
	}
	t.Answer = verdict.Waiting
	if locked {
		t.Detail = "the lock screen does not show it, and what is behind is not read"
	}
	if seen {
		m.mu.Lock()
		m.sighting = &s
		m.mu.Unlock()
		t.Answer, t.At, t.Detail = verdict.Saw, time.Now(), fmt.Sprintf("%q at %s", s.Node.Text, s.Node.Bounds)
	}
	return t
}

// uncover opens the notification centre, or closes it for a card, which stands
// on the desktop. One that cannot be opened here is not open.
func (m *Message) uncover(ctx context.Context) error {
	var none *device.NoMethodError
	if m.kind == push.KindForm {
		if err := m.dev.drv.CloseShade(ctx); err != nil && !errors.As(err, &none) {
			return fmt.Errorf("close the notification centre: %w", err)
		}
		return nil
	}
	if err := m.dev.drv.OpenShade(ctx); err != nil {
		return fmt.Errorf("open the notification centre: %w", err)
	}
	return nil
}

// broken is the testimony of a witness whose means failed. An ended wait is no
// failure: it leaves the witness waiting.
func (m *Message) broken(ctx context.Context, w verdict.Witness, err error) verdict.Testimony {
	if ctx.Err() != nil {
		return verdict.Testimony{Witness: w, Answer: verdict.Waiting, Detail: err.Error()}
	}
	return verdict.Testimony{Witness: w, Answer: verdict.Broken, Detail: err.Error()}
}

// eyes asks the app what notifications it has. A message without a text of its
// own is held for shown if the app has any notification that is newer than it.
func (m *Message) eyes(ctx context.Context) verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Eyes, Answer: verdict.Mute}
	if m.nonce == "" {
		t.Detail = "somebody else sent it: nothing tells its notification from others"
		return t
	}
	a, ok := m.dev.Agent()
	if !ok {
		t.Detail = m.dev.withoutAgent()
		return t
	}
	t.Answer = verdict.Waiting
	// The system suspends an app that is not in front: its agent would not
	// answer, and bringing it forward is for the author of the spec to decide.
	state, err := m.dev.State(ctx)
	if err != nil {
		return m.broken(ctx, verdict.Eyes, err)
	}
	m.mu.Lock()
	m.behind = state.App != Foreground
	m.mu.Unlock()
	if state.App != Foreground {
		t.Detail = fmt.Sprintf("the app is %s, and only one in the foreground can be asked: bring it forward with SetState", state.App)
		return t
	}
	if !a.Connected {
		t.Detail = "the agent is not connected"
		return t
	}
	if m.kind == push.KindLiveView {
		return m.liveView(ctx)
	}
	list, err := m.dev.Notifications(ctx)
	if err != nil {
		return m.broken(ctx, verdict.Eyes, err)
	}
	mine := 0
	for _, n := range list {
		at := n.DeliveredAt.Add(-a.ClockOffset)
		if !m.isMine(n, at.Add(a.ClockError)) {
			continue
		}
		if mine++; mine > 1 {
			continue
		}
		t.Answer, t.At, t.Detail = verdict.Saw, time.Now(), fmt.Sprintf("%q", n.Title)
		if !n.DeliveredAt.IsZero() {
			t.At, t.Error = at, a.ClockError
		}
		m.mu.Lock()
		m.seenTitle, m.seenText = n.Title, n.Text
		m.mu.Unlock()
	}
	if mine > 0 {
		m.count(mine)
		return t
	}
	t.Detail = fmt.Sprintf("the app has %d notifications, none of them this", len(list))
	return t
}

// count notes how many notifications hold the nonce; those that are recognised
// by their time alone may be of other messages.
func (m *Message) count(n int) {
	if !m.carriers.For(pushcloud.WitnessEyes) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notifications = max(m.notifications, n)
}

// isMine recognises the message's notification: by its nonce, or, if it carries
// none that the app could see, by having been shown since the message was sent.
func (m *Message) isMine(n wire.Notification, latest time.Time) bool {
	if m.carriers.For(pushcloud.WitnessEyes) {
		return n.AppMessageID == m.nonce || strings.Contains(n.Title+"\n"+n.Text, m.nonce)
	}
	return !n.Own && latest.After(m.sentAt)
}

// arrived looks for an arrival by that way.
func (m *Message) arrived(w verdict.Witness, via string) verdict.Testimony {
	t := verdict.Testimony{Witness: w, Answer: verdict.Waiting}
	var mine []Arrival
	for _, a := range m.Arrivals() {
		if a.Via.String() == via {
			mine = append(mine, a)
		}
	}
	if len(mine) > 0 {
		t.Answer, t.At, t.Error = verdict.Saw, mine[0].At, mine[0].Error
		t.Detail = fmt.Sprintf("in the %s process, stage %s", mine[0].Origin.Role, mine[0].Stage)
		if len(mine) > 1 {
			t.Detail += fmt.Sprintf(", %d times", len(mine))
		}
		return t
	}
	m.dev.mu.Lock()
	feedErr := m.dev.feedErr
	heard := m.dev.heard
	m.dev.mu.Unlock()
	switch {
	case feedErr != nil:
		t.Answer, t.Detail = verdict.Broken, feedErr.Error()
	case !heard:
		if _, ok := m.dev.Agent(); !ok {
			t.Answer, t.Detail = verdict.Mute, m.dev.withoutAgent()
		}
	}
	return t
}

// Shown returns the title and text under which the app saw the message, "" if
// it did not.
func (m *Message) Shown() (title, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sighting != nil {
		return m.sighting.Node.Text, ""
	}
	return m.seenTitle, m.seenText
}

// Testify asks every witness of the proof and returns what they say, in the
// order of the proof.
func (m *Message) Testify(ctx context.Context, p verdict.Proof) []verdict.Testimony {
	var list []verdict.Testimony
	for _, w := range p.Witnesses() {
		list = append(list, m.Ask(ctx, w))
	}
	return m.reconsider(ctx, list)
}

// Testimonies returns what was said so far, without asking anybody.
func (m *Message) Testimonies(p verdict.Proof) []verdict.Testimony {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []verdict.Testimony
	for _, w := range p.Witnesses() {
		t, ok := m.closed[w]
		if !ok {
			t = verdict.Testimony{Witness: w, Answer: verdict.Waiting}
		}
		list = append(list, t)
	}
	return list
}
