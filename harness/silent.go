// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/verdict"
)

// StaySilent succeeds when the message was accepted and nobody has shown it
// within its kind's Config.Quiet. Use it with Eventually, which it ends by
// itself: at the end of that window, or as soon as somebody shows the message.
//
// The other matchers must not be negated to say this: NotTo(BeShown()) holds at
// once for a message that is still on its way, and for one that nobody could
// have seen.
func StaySilent() types.GomegaMatcher {
	return &silentMatcher{proofMatcher: proofMatcher{
		proof: verdict.All(verdict.Sees(verdict.Accepted), verdict.None(verdict.Tree, verdict.Eyes)),
		what:  "be shown by nobody",
	}}
}

// silentMatcher closes the wait of those who should not see the message.
type silentMatcher struct {
	proofMatcher
	until time.Time
}

// Match asks the witnesses, and closes their wait once the window has passed.
func (m *silentMatcher) Match(actual any) (bool, error) {
	msg, ok := actual.(*Message)
	if !ok || msg == nil {
		return m.proofMatcher.Match(actual)
	}
	window := time.Duration(msg.dev.Config().Quiet[msg.Kind()])
	if m.until.IsZero() {
		m.until = time.Now().Add(window)
	}
	pass, err := m.proofMatcher.Match(actual)
	if err != nil || m.judge.Final || time.Now().Before(m.until) {
		return pass, err
	}
	for _, w := range m.proof.Unwanted() {
		msg.Close(w, "window of "+window.String())
	}
	return m.proofMatcher.Match(actual)
}

// Tap opens the notification centre and taps the message's notification, as its
// user would; what the click brings is then an arrival (ArriveVia(push.OnCreate)
// or push.OnNewWant). The error is a *device.NoMethodError where no way is known
// to open the centre or to tap.
func (d *Device) Tap(ctx context.Context, m *Message) error {
	if _, err := d.drv.Method(fixtures.ActionClick); err != nil {
		return err
	}
	if err := d.drv.OpenShade(ctx); err != nil {
		return err
	}
	s, seen, err := d.drv.Sight(ctx, m.nonce)
	if err != nil {
		return err
	}
	if !seen {
		return fmt.Errorf("tap %s: it is not in the notification centre; wait for BeShown first", m)
	}
	return d.drv.Click(ctx, s)
}
