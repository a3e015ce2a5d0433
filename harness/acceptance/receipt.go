// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// The results of a receipt that say that a message has come to its end on the
// device, and to the end that the cell expects (claim receipts.closes).
var (
	// receiptOff: the notification is not shown, since notifications are off.
	receiptOff = []int{6}
	// receiptKept: the background message is kept.
	receiptKept = []int{27}
	// receiptStale: the card's version is as high already; which result that
	// gives is claim kinds.form.version-receipt.
	receiptStale = []int{14}
	// receiptNoCard: the card is not there, or refused by the cloud since it was
	// not there before.
	receiptNoCard = []int{151, 261}
	// receiptOrder: the live view's version is as high already.
	receiptOrder = []int{156}
	// receiptEnd: the live view was ended.
	receiptEnd = []int{0}
)

// receipts reports whether a collector of receipts is configured. Where none
// is, a cell runs and reads as if there were no such witness.
func (r *run) receipts() bool { return r.dev.Config().Receipts != "" }

// marking reports whether a receipt can close the wait.
func (r *run) marking() bool { return r.receipts() && len(r.cell.Receipts) > 0 }

// marked returns the name of the receipt by which the wait for m is over, "" if
// there is none so far. One by which m came to another end than the cell expects
// ends the wait as well; hear then says what became of it.
func (r *run) marked(ctx context.Context, m *harness.Message) string {
	if !r.marking() {
		return ""
	}
	said := m.Ask(ctx, verdict.Receipt)
	if receipt, ok := m.Receipt(); ok && said.Answer != verdict.Saw {
		return "receipt " + strconv.Itoa(receipt.Result)
	}
	return ""
}

// settle lets the message that was sent last come to its end: until its receipt
// says so, or the kind's quiet window has passed. It returns what closed it.
func (r *run) settle(ctx context.Context, what string) (by string, err error) {
	window := r.window()
	timer := time.NewTimer(window)
	defer timer.Stop()
	for {
		changed := r.dev.Changed()
		if by := r.marked(ctx, r.msg); by != "" {
			r.event("%s has closed the wait for %s", by, what)
			return by, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			r.event("window of %s for %s has passed", window, what)
			return r.windowText(), nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// hear adds what the receipt says to the report, and corrects the verdict by
// it: Push Cloud accepts much that it or the device then drops, and only the
// receipt tells.
func (r *run) hear(ctx context.Context) {
	if !r.receipts() || r.msg == nil || r.msg.Err() != nil && !r.msg.OutcomeUnknown() {
		return
	}
	said := r.receipt(ctx)
	if !slices.Contains(r.cell.Proof.Witnesses(), verdict.Receipt) {
		r.report.Testimonies = append(r.report.Testimonies, said)
	}
	receipt, ok := r.msg.Receipt()
	if !ok || slices.Contains(r.cell.Receipts, receipt.Result) {
		return
	}
	r.event("receipt: %s", said.Detail)
	code := harness.ReceiptCode(receipt.Result)
	switch {
	case said.Answer == verdict.Saw:
	case r.report.Verdict == verdict.Fail && !r.intruded():
		r.excuse(said, "the receipt says why: ")
		r.report.Next = code.Do
	case r.report.Verdict == verdict.Pass && r.cell.Expect == Silent:
		// Nobody saw it because of something else than the cell is about.
		r.report.Verdict = verdict.Infra
		r.excuse(said, "cell spoiled: the message came to another end than the cell expects: ")
		r.report.Next = code.Do
	}
}

// receipt returns the testimony of the receipt. It is waited for only where it
// could excuse the app, and no longer than the kind's quiet window.
func (r *run) receipt(ctx context.Context) verdict.Testimony {
	timer := time.NewTimer(r.window())
	defer timer.Stop()
	for {
		changed := r.dev.Changed()
		said := r.msg.Ask(ctx, verdict.Receipt)
		if said.Answer != verdict.Waiting || r.report.Verdict != verdict.Fail || r.intruded() {
			return said
		}
		select {
		case <-changed:
		case <-timer.C:
			return said
		case <-ctx.Done():
			return said
		}
	}
}

// excuse gives the verdict that goes with the receipt's answer.
func (r *run) excuse(said verdict.Testimony, why string) {
	switch said.Answer {
	case verdict.Limited:
		r.report.Verdict = verdict.Quota
	case verdict.Broken:
		r.report.Verdict = verdict.Infra
	}
	r.report.Reason = fmt.Sprintf("%s%s (without it: %s)", why, said.Detail, r.report.Reason)
}

// intruded reports whether a witness saw the message that should not have: no
// receipt excuses that.
func (r *run) intruded() bool {
	for _, t := range r.report.Testimonies {
		if t.Answer == verdict.Saw && unwanted(r.cell.Proof, t.Witness) {
			return true
		}
	}
	return false
}
