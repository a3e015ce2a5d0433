// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// settleLimit bounds the agent's last word on what it holds.
const settleLimit = 5 * time.Second

// losses is the trouble with an agent that could not keep what it was handed
// while the cell ran: what did not arrive may be among it, and is then not the
// app's failure; nor is it where the agent's way to the hub was broken meanwhile.
// It is nil if nothing was lost, or if the verdict rests on no arrival that is
// missing.
func (r *run) losses(ctx context.Context) *trouble {
	if !r.restsOnSilence() {
		return nil
	}
	if r.dev.Broken() > r.brokenBefore {
		return &trouble{verdict.Infra, "the device was away while the cell ran, and its way to the hub with it: what did not arrive may have been under way",
			"check the cable or the emulator with `hdc-runner devices`, then run again"}
	}
	if a, ok := r.dev.Agent(); !ok || !a.Connected {
		return nil
	}
	if state, err := r.dev.State(ctx); err != nil || state.App != harness.Foreground {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	lost, err := r.dev.Settle(ctx)
	var failure *wire.Failure
	switch {
	case errors.As(err, &failure):
		return r.lossTrouble("the agent cannot keep what it is handed: " + failure.Message)
	case err != nil:
		lost = r.dev.Losses()
	}
	if len(lost) <= r.lostBefore {
		return nil
	}
	var count uint64
	for _, l := range lost[r.lostBefore:] {
		count += l.Count
	}
	return r.lossTrouble(fmt.Sprintf("the agent lost what it was handed (%d, %s): what did not arrive may be among it", count, lost[len(lost)-1].Reason))
}

func (r *run) lossTrouble(reason string) *trouble {
	return &trouble{verdict.Infra, reason, fmt.Sprintf("make room on the device (hdc -t %s shell df -h), then run again", r.dev.Key())}
}

// restsOnSilence reports whether an arrival that was silent has a part in the
// verdict.
func (r *run) restsOnSilence() bool {
	for _, t := range r.report.Testimonies {
		_, arrival := isArrival(t.Witness)
		if t.Answer == verdict.Silent && (arrival || t.Witness == verdict.Older) {
			return true
		}
	}
	return false
}
