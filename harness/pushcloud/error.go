// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// Error is an answer of Push Cloud other than success for every token.
type Error struct {
	// Op is what was asked.
	Op Operation
	// Code is the business code, "" if the answer had none.
	Code string
	// Msg is the answer's text, tokens in it replaced by fingerprints.
	Msg string
	// HTTPStatus is the answer's status.
	HTTPStatus int
	// RequestID identifies the request for the vendor's support, "" if the
	// answer had none.
	RequestID string
	// Class says where the remedy lies.
	Class fixtures.Class
	// Retryable reports whether the same message, sent again later, may
	// succeed and cannot arrive twice by it.
	Retryable bool
	// OutcomeUnknown reports whether the message may have been taken all the
	// same: sent again, it could arrive twice.
	OutcomeUnknown bool
	// Meaning says what happened, Advice what to do.
	Meaning, Advice string
	// Malformed says why the answer could not be read, "" if it could.
	Malformed string
	// Rejected are the tokens that were refused, with the reason of each.
	Rejected []Rejection
	// RetryAfter is how long Push Cloud asked to wait, zero if it did not. More
	// than five minutes are not waited for.
	RetryAfter time.Duration
	// Attempts counts the times that the request was sent.
	Attempts int
}

// Error says what happened, why, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("push cloud: ")
	if e.Code != "" {
		b.WriteString(e.Code + " " + e.Msg)
	} else {
		b.WriteString("no business code")
	}
	fmt.Fprintf(&b, " (HTTP %d", e.HTTPStatus)
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	b.WriteString("): " + e.Meaning)
	if e.Malformed != "" {
		b.WriteString("; " + e.Malformed)
	}
	if reasons := summarize(e.Rejected); reasons != "" {
		b.WriteString("; refused: " + reasons)
	}
	if e.OutcomeUnknown {
		b.WriteString("; " + e.Op.done() + ", so it was not sent again")
	}
	if e.RetryAfter > longestPause {
		fmt.Fprintf(&b, "; push cloud asks to wait for %v, so it was not sent again", e.RetryAfter.Round(time.Second))
	}
	return b.String() + ": " + e.Advice
}

// summarize counts the refused tokens by reason and says what each means.
func summarize(rejected []Rejection) string {
	counts := map[string]int{}
	var order []string
	for _, r := range rejected {
		if counts[r.Reason] == 0 {
			order = append(order, r.Reason)
		}
		counts[r.Reason]++
	}
	texts := make([]string, 0, len(order))
	for _, reason := range order {
		text := fmt.Sprintf("%d for %s", counts[reason], reason)
		if reason == "" {
			text = fmt.Sprintf("%d without a reason", counts[reason])
		}
		if row, ok := fixtures.ReasonOf(reason); ok {
			text += " (" + row.Meaning + ": " + row.Do + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// TransportError is a request without an answer.
type TransportError struct {
	// Op is what was asked, "" for Check.
	Op Operation
	// Err is what the network said.
	Err error
	// OutcomeUnknown reports whether the request may have reached Push Cloud
	// and changed something: sent again, the message could arrive twice.
	OutcomeUnknown bool
	// Attempts counts the times that the request was begun.
	Attempts int

	// reached reports whether the request began to leave this host.
	reached bool
}

// Error says whether the message may be on its way.
func (e *TransportError) Error() string {
	attempts := ""
	if e.Attempts > 1 {
		attempts = fmt.Sprintf(" after %d attempts", e.Attempts)
	}
	switch {
	case e.OutcomeUnknown && e.Op == OpRevoke:
		return fmt.Sprintf("push cloud gave no answer%s: %v: the request was sent and %s, "+
			"so it was not sent again (to revoke twice does no harm unless a newer message has the same notifyId)", attempts, e.Err, e.Op.done())
	case e.OutcomeUnknown:
		return fmt.Sprintf("push cloud gave no answer%s: %v: the request was sent and %s, "+
			"so it was not sent again (an appMessageId lets you repeat it: the device drops duplicates for 24 hours)", attempts, e.Err, e.Op.done())
	case e.reached:
		return fmt.Sprintf("push cloud gave no answer%s: %v: check network, proxy and push endpoint", attempts, e.Err)
	}
	return fmt.Sprintf("push cloud was not reached%s: %v: nothing was sent; check network, proxy and push endpoint", attempts, e.Err)
}

// Unwrap returns what the network said.
func (e *TransportError) Unwrap() error { return e.Err }
