// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package acceptance is the standard suite: a table of cells (kind × device
// type × state × expectation × condition), each with its proof, planned for a
// device and run as Ginkgo specs.
//
// It guarantees that each cell of the table is judged, unsupported with its
// source, or not planned with its source, and that a state that did not hold
// is never a pass. It knows no simulator. hdc-runner has it compiled in; a team
// can import it into its own suite:
//
//	var _ = Describe("our app", func() { acceptance.Declare(suite) })
package acceptance

import (
	"context"
	"fmt"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Sink is told of a suite as it goes on.
type Sink interface {
	// Started is called before a cell begins.
	Started(id string)
	// Ended is called with a cell's outcome, for each that started.
	Ended(report.Cell)
}

// Suite is what Declare makes specs of.
type Suite struct {
	// Device returns the connected device; it is called when a spec runs, so
	// that it may be set in BeforeSuite.
	Device func() *harness.Device
	// DeviceType and Plan say what to run.
	DeviceType string
	Plan       Plan
	// Sink may be nil.
	Sink Sink
	// AllowInconclusive lets a suite pass although cells proved nothing, as
	// --allow-inconclusive does for a run. Their specs are then skipped, with
	// the reason; without it they fail.
	AllowInconclusive bool
	// Wait is how long a cell may wait for room below a limit of Push Kit.
	Wait time.Duration
}

// Declare declares an ordered container with a spec for each cell of the plan,
// and a skipped spec, with its reason, for each that is unsupported or not
// planned. Call it where Describe may be called. The order of the plan holds,
// and a failed spec does not stop those after it.
func Declare(s Suite) {
	ginkgo.Describe("push to a "+s.DeviceType, ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		for _, cell := range s.Plan.Cells {
			ginkgo.It(cell.Sentence(), ginkgo.Label(cell.Labels(s.DeviceType)...), func(ctx ginkgo.SpecContext) {
				s.spec(ctx, cell)
			}, ginkgo.SpecTimeout(limit(cell)+max(s.Wait, 0)))
		}
		for _, c := range s.Plan.Unsupported {
			ginkgo.It(c.ID, func() { ginkgo.Skip(fmt.Sprintf("unsupported: %s (%s)", c.Reason, c.Source)) })
		}
		for _, c := range s.Plan.NotPlanned {
			ginkgo.It(c.ID, func() { ginkgo.Skip(fmt.Sprintf("not planned: %s (%s)", c.Reason, c.Source)) })
		}
	})
}

// limit bounds a spec by what its waits add up to on a slow device.
func limit(c Cell) time.Duration {
	const perMessage = 3 * time.Minute
	return 4*time.Minute + time.Duration(len(c.Messages()))*perMessage
}

func (s Suite) spec(ctx context.Context, cell Cell) {
	id := cell.ID(s.DeviceType)
	if s.Sink != nil {
		s.Sink.Started(id)
	}
	result := Run(ctx, s.Device(), cell)
	if s.Sink != nil {
		s.Sink.Ended(result)
	}
	ginkgo.AddReportEntry("testimony", result.Explain(), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	switch result.Verdict {
	case verdict.Pass:
	case verdict.Inconclusive:
		if s.AllowInconclusive {
			ginkgo.Skip("inconclusive: " + result.Reason)
		}
		ginkgo.Fail(result.Explain())
	default:
		ginkgo.Fail(result.Explain())
	}
}

// Sentence says what the cell expects, as a tester would.
func (c Cell) Sentence() string {
	what := map[Expect]string{
		Shown: "is shown", Silent: "is shown by nobody", Delivered: "reaches the app and is not shown", Clicked: "is shown and brings its data when tapped",
		Ringing: "makes it report the call, and a banner rings", Declined: "rings, and the app hears that it was declined",
	}[c.Expect]
	if c.Answered {
		what = "is shown as the extension answered"
	}
	sentence := fmt.Sprintf("%s message to a %s app %s", c.Kind, c.State, what)
	switch c.Condition {
	case NoForegroundShow:
		sentence += ", with foregroundShow=false"
	case NotificationsOff:
		sentence += ", while notifications are off"
	case Kept:
		sentence += ": the newest is kept until the next getToken in the foreground"
	case OlderVersion:
		sentence += ", with a version that is not above the last"
	case Updated:
		sentence += ": what it changes was there before"
	case Ended:
		sentence += ": what it ends was there before, and is gone"
	case NoCard:
		sentence += ": it names a card that nobody has"
	case Metro:
		sentence += ", in the network of a metro"
	case ProxyData:
		sentence += ": each is a row of the app's database, in order"
	}
	return sentence
}
