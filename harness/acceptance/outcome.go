// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"time"

	"github.com/pushproof/pushproof/harness/verdict"
)

// mayBeTaken reports whether Push Cloud took the message, or may have: where the
// answer was lost, whoever sees the nonce proves that it did.
func (r *run) mayBeTaken(ctx context.Context) bool {
	answer := r.ask(ctx, verdict.Accepted).Answer
	return answer == verdict.Saw || answer == verdict.Waiting
}

// resolve asks the witness Accepted for the last time. Where it still waits, the
// answer was lost: a receipt may say that the message was taken; without one
// nobody knows, and it is closed.
func (r *run) resolve(ctx context.Context) {
	if !wanted(r.cell.Proof, verdict.Accepted) || r.ask(ctx, verdict.Accepted).Answer != verdict.Waiting {
		return
	}
	if r.receipts() {
		r.awaitReceipt(ctx)
	}
	if r.ask(ctx, verdict.Accepted).Answer == verdict.Waiting {
		r.msg.Close(verdict.Accepted, "the end of the cell")
		r.event("%s: %s, no answer, and nobody saw the message", verdict.Accepted, verdict.Broken)
	}
}

// awaitReceipt waits for a receipt, no longer than the kind's quiet window.
func (r *run) awaitReceipt(ctx context.Context) {
	timer := time.NewTimer(r.window())
	defer timer.Stop()
	for {
		changed := r.dev.Changed()
		said := r.msg.Ask(ctx, verdict.Receipt).Answer
		if _, ok := r.msg.Receipt(); ok || said != verdict.Waiting {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// noteRepeats has the waterfall say which messages of the cell were delivered
// more than once so far. It alters no verdict: the app handles each delivery,
// and may do so well.
func (r *run) noteRepeats() {
	for _, m := range append(r.older[:len(r.older):len(r.older)], r.msg) {
		if m == nil {
			continue
		}
		if repeated := m.Repeated(); repeated != "" {
			r.event("%s was delivered more than once: %s", m.Nonce(), repeated)
		}
	}
}
