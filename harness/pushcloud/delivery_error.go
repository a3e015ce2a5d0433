// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// DeliveryError is a delivery in which not every token was accepted.
type DeliveryError struct {
	// Delivery says what became of each token.
	Delivery *Delivery
}

// Error counts the tokens by what became of them, and says what to do.
func (e *DeliveryError) Error() string {
	return "push cloud: " + e.Delivery.String() + ": " + strings.Join(e.Delivery.Advice(), "; ")
}

// Unwrap returns what ended the delivery before all calls were made, or what
// all calls came to if they fared alike; nil if there is no such one error. The
// predicates then answer for it.
func (e *DeliveryError) Unwrap() error {
	d := e.Delivery
	if _, alike := d.Systematic(); d.Stopped == nil && len(d.Calls) > 0 && (alike || len(d.Calls) == 1) {
		return d.Calls[0].Err
	}
	return d.Stopped
}

func (d *Delivery) err() error {
	if d.Count(Accepted) == len(d.Results) {
		return nil
	}
	return &DeliveryError{Delivery: d}
}

// String counts the tokens by what became of them.
func (d *Delivery) String() string {
	parts := []string{fmt.Sprintf("%s accepted of %s in %s", number(d.Count(Accepted)), tokenCount(len(d.Results)), callCount(len(d.Calls)))}
	for _, fate := range []Fate{Rejected, Unresolved, NotSent} {
		if n := d.Count(fate); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, fate))
		}
	}
	return strings.Join(parts, ", ")
}

func number(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

func tokenCount(n int) string { return plural(n, "token") }
func callCount(n int) string  { return plural(n, "call") }

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Advice says what to do now, nothing if every token was accepted. It speaks of
// forgetting tokens, those of Dead, only where others of the same delivery were
// accepted. SendOwed sends to those to whom the message is owed.
func (d *Delivery) Advice() []string {
	var advice []string
	what, together := d.Systematic()
	if together {
		advice = append(advice, systematic(what, d.Count(Rejected)))
	} else if texts := summarize(d.rejections()); texts != "" {
		advice = append(advice, "refused: "+texts)
		switch dead := len(d.Dead()); {
		case dead > 0:
			advice = append(advice, fmt.Sprintf("%s may be forgotten, since others of the project were accepted", tokenCount(dead)))
		case d.Count(Accepted) == 0:
			advice = append(advice, "no token was accepted, so look at project and source of the tokens first, and delete none")
		}
	}
	if n := d.Count(Unresolved); n > 0 {
		advice = append(advice, fmt.Sprintf("for %s it is not known whether the message was taken: look on the device before it is sent again, or repeat it with the same appMessageId", tokenCount(n)))
	}
	if n := d.Count(NotSent); n > 0 {
		why := ""
		if d.Stopped != nil && !together {
			why = ", since " + d.Stopped.Error()
		}
		advice = append(advice, fmt.Sprintf("the message is still owed to %s%s: send to these alone", tokenCount(n), why))
	}
	return advice
}

// systematic says what it means that every token met with the same.
func systematic(what string, rejected int) string {
	row, ok := fixtures.ReasonOf(what)
	if rejected == 0 {
		row, ok = fixtures.CodeOf(what)
	}
	text := what
	switch {
	case what == "":
		text = "no reason"
	case ok:
		text += " (" + row.Meaning + ": " + row.Do + ")"
	}
	if rejected == 0 {
		return "the call was refused as a whole with " + text + "; that says nothing about the tokens: delete none"
	}
	return fmt.Sprintf("every answered token was refused alike, with %s: that points to the project, the message or the source of the tokens: delete none", text)
}

func (d *Delivery) rejections() []Rejection {
	var rejected []Rejection
	for _, r := range d.Results {
		if r.Fate == Rejected {
			rejected = append(rejected, Rejection{Token: r.Token, Reason: r.Reason})
		}
	}
	return rejected
}

// allWereRefused reports whether the call failed for its tokens alone, so that
// others may fare better.
func allWereRefused(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Class == fixtures.ClassTokens
}
