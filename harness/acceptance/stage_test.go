// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Ginkgo's own listener for signals lives as long as the process.
const ginkgoListener = "github.com/onsi/ginkgo/v2/internal/interrupt_handler.(*InterruptHandler).registerForInterrupts.func2"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreTopFunction(ginkgoListener)) }

// stage is a world with a phone, and a session with it.
type stage struct {
	t     *testing.T
	world *world.World
	phone *harness.Device
}

// patience is how long these tests wait for what never comes.
const patience = 2 * time.Second

// newStage opens a world whose phone was altered, and connects to its app.
func newStage(t *testing.T, options world.Options, alter func(*device.InstalledApp)) *stage {
	t.Helper()
	return newStageAnswering(t, options, alter, acceptance.Answer())
}

// newStageAnswering is newStage with another answer for the extension.
func newStageAnswering(t *testing.T, options world.Options, alter func(*device.InstalledApp), answer *session.Answer) *stage {
	t.Helper()
	return newStageWith(t, options, alter, harness.Options{Answer: answer})
}

// newStageWith is newStage with other options of the session.
func newStageWith(t *testing.T, options world.Options, alter func(*device.InstalledApp), session harness.Options) *stage {
	t.Helper()
	return newStageConfigured(t, options, alter, session, nil)
}

// newStageConfigured is newStageWith with a Config that was altered.
func newStageConfigured(t *testing.T, options world.Options, alter func(*device.InstalledApp), session harness.Options, configure func(*harness.Config)) *stage {
	t.Helper()
	ctx := t.Context()
	if options.Types == nil {
		options.Types = []string{"phone"}
	}
	own := options.Device
	options.Device = func(o *device.Options) {
		if own != nil {
			own(o)
		}
		if alter != nil {
			alter(&o.Apps[0])
		}
	}
	w, err := world.New(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	config := w.Config()
	config.ReportDir = t.TempDir()
	config.Arrive = harness.Duration(patience)
	config.Target = w.Keys()[0]
	if configure != nil {
		configure(&config)
	}
	run, err := harness.Open(ctx, config, session)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		closing, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := run.Close(closing); err != nil {
			t.Error(err)
		}
	})
	phone, err := run.Device(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := phone.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	return &stage{t, w, phone}
}

// run runs the cell of that id.
func (s *stage) run(id string) report.Cell {
	s.t.Helper()
	for _, c := range acceptance.Cells() {
		if c.ID("phone") == id {
			return acceptance.Run(s.t.Context(), s.phone, c)
		}
	}
	s.t.Fatalf("no cell is called %s", id)
	return report.Cell{}
}

// want fails the test unless the cell has that verdict, and says so much.
func want(t *testing.T, got report.Cell, v verdict.Verdict, says string) {
	t.Helper()
	text := got.Explain()
	if got.Verdict != v || !strings.Contains(text, says) {
		t.Errorf("%s is %s, want %s and a text that says %q:\n%s", got.ID, got.Verdict, v, says, text)
		for _, e := range got.Waterfall {
			t.Logf("%s %s", e.At.Format("05.000"), e.What)
		}
	}
}
