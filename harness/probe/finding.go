// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// finding is what a check found.
type finding struct {
	outcome  Outcome
	cause    Cause
	reason   string
	evidence []string
}

func held(evidence ...string) finding { return finding{outcome: Held, evidence: evidence} }

func broken(reason string, evidence ...string) finding {
	return finding{outcome: Broken, reason: reason, evidence: evidence}
}

// lacking is for what the check needs and does not find.
func lacking(format string, args ...any) finding {
	return finding{outcome: Undecided, cause: CauseNeed, reason: fmt.Sprintf(format, args...)}
}

// troubled is for what was in the way.
func troubled(format string, args ...any) finding {
	return finding{outcome: Undecided, cause: CauseTrouble, reason: fmt.Sprintf(format, args...)}
}

// because is what an error makes of a claim: undecided. Only a check that knows
// what an error means calls a claim broken by it.
//
// Of what a tool printed nothing is kept: it may be another app's.
func because(ctx context.Context, err error, limit time.Duration) finding {
	var (
		lost    *hdc.LostError
		output  *device.OutputError
		absent  *device.NotOfferedError
		method  *device.NoMethodError
		missing *device.NotInstalledError
	)
	switch {
	case errors.Is(context.Cause(ctx), context.Canceled):
		return troubled("it was interrupted")
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		return troubled("it was not done within %v", limit)
	case errors.As(err, &absent):
		return lacking("the device does not offer %s: %s", absent.Tool, absent.Why)
	case errors.As(err, &method):
		return lacking("%s", method.Error())
	case errors.As(err, &missing):
		return lacking("%s is not installed", missing.Bundle)
	case errors.As(err, &output):
		return troubled("%s: %s printed something unexpected", output.Doing, output.Tool)
	case errors.As(err, &lost):
		return troubled("the connection was lost, or the command ended without its mark")
	}
	return troubled("%v", err)
}

// gone reports whether the device cannot be reached any more, so that trying on
// is no use.
func gone(err error) bool {
	var target *hdc.TargetError
	var connect *hdc.ConnectError
	return errors.As(err, &target) || errors.As(err, &connect)
}

// result makes a claim's result of a finding.
func (f finding) result(c fixtures.Claim, scrub scrubber) Result {
	if f.outcome == Held && c.Probe.Rest != "" {
		f.outcome, f.cause = Undecided, CausePart
		f.reason = "held as far as it was checked; not checked: " + c.Probe.Rest
	}
	return Result{
		Claim: c.ID, Statement: Fingerprint(c), Outcome: f.outcome, Cause: f.cause,
		Reason: scrub.text(f.reason), Evidence: scrub.lines(f.evidence),
	}
}
