// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// A cell that has not passed brings what the device showed; one that has brings
// nothing. Nothing of it is a secret.
func TestEvidence(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, func(a *device.InstalledApp) { a.Behavior.Unregistered = []string{"BACKGROUND"} })
	if got := s.run("alert/phone/foreground/shown"); got.Verdict != verdict.Pass || got.Evidence != nil {
		t.Errorf("the cell is %s, with the evidence %+v", got.Explain(), got.Evidence)
	}
	got := s.run("background/phone/foreground/delivered")
	want(t, got, verdict.Fail, "arrival:BACKGROUND was silent")
	e := got.Evidence
	if e == nil {
		t.Fatal("the failed cell has no evidence")
	}
	if e.At.IsZero() || !strings.HasPrefix(e.State, "foreground") || e.Lock == "" || e.Power != "AWAKE" {
		t.Errorf("the evidence says %+v", e)
	}
	if !slices.ContainsFunc(e.Windows, func(w string) bool { return strings.Contains(w, "EntryAbility") && strings.Contains(w, "visible") }) {
		t.Errorf("the app's window is not among %q", e.Windows)
	}
	if len(e.Log) == 0 {
		t.Errorf("there is no log: %v, gaps %q", e.Missing, e.LogGaps)
	}
	file, err := os.Open(filepath.Join(s.phone.Config().ReportDir, filepath.FromSlash(e.Screenshot)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, _, err := image.DecodeConfig(file); err != nil || !strings.HasPrefix(e.Screenshot, report.EvidenceFolder+"/") {
		t.Errorf("%s is no picture: %v", e.Screenshot, err)
	}
	token, err := s.phone.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(got)
	if err != nil || strings.Contains(string(raw), token.Reveal()) {
		t.Errorf("the report holds the Push Token (%v)", err)
	}
}

// A device on which all fails is not looked at for ever, and one at which nobody
// can look not at all.
func TestEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	s := newStageConfigured(t, world.Options{}, nil, harness.Options{}, func(c *harness.Config) { c.Connect = harness.Duration(5 * time.Second) })
	gathered := 0
	for range 25 {
		if _, _, ok := s.phone.Evidence(t.Context(), harness.NewNonce(), "x"); ok {
			gathered++
		}
	}
	if gathered != 20 {
		t.Errorf("evidence was gathered %d times, want 20", gathered)
	}
	s.world.HDC.Detach(s.phone.Key())
	if got := s.run("background/phone/foreground/delivered"); got.Verdict != verdict.Infra || got.Evidence != nil {
		t.Errorf("the cell is %s, with the evidence %+v", got.Explain(), got.Evidence)
	}
	s.world.HDC.Attach(s.world.Device(s.phone.Key()))
}
