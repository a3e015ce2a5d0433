// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Without an agent the UI tree still proves that an alert is shown, if the team
// says what the app's Push Token is.
func TestAppWithoutAgentAndATokenFile(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *harness.Config) {
		shortConnect(c)
		c.Bundle, c.TokenFile = world.PlainBundle, filepath.Join(t.TempDir(), "token.txt")
	})
	token, err := s.world.StartPlain(t.Context(), s.config.Target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.config.TokenFile, []byte(token.Reveal()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.noAgent(t, "no agent in the app")
	for _, id := range []string{"alert/phone/foreground/shown", "alert/phone/background/shown", "alert/phone/stopped/shown"} {
		if got := acceptance.Run(t.Context(), s.phone, cell(t, id)); got.Verdict != verdict.Pass {
			t.Errorf("%s is %s", id, got.Explain())
		}
	}
	for _, id := range []string{
		"alert/phone/stopped/clicked", "background/phone/foreground/delivered", "alert/phone/stopped/silent[notifications off]",
		"extension/phone/stopped/shown", "alert/phone/foreground/delivered[foregroundShow=false]",
	} {
		got := acceptance.Run(t.Context(), s.phone, cell(t, id))
		if got.Verdict != verdict.Inconclusive || !strings.Contains(got.Reason, "no agent in the app") || len(got.Messages) > 0 {
			t.Errorf("%s sent %d messages and is %s", id, len(got.Messages), got.Explain())
		}
	}
}
