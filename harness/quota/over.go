// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"strings"
	"time"
)

// OverError says that messages were not sent, since a limit would have been
// crossed by them.
type OverError struct {
	// Rule is the limit, Scope what it counts for.
	Rule  Rule
	Scope string
	// Sent were sent, or are about to be, within the limit's window, Planned more
	// are to be sent by the same plan, and Want more were asked for.
	Sent, Planned, Want int
	// Room is when they would be within the limit; zero if that is not known.
	// It is never if Want is more than the Rule allows.
	Room time.Time
	// Earliest is set where there is room only once planned messages have been
	// sent and count no more: that is no sooner.
	Earliest time.Time
}

// Error is Reason with the limit's source.
func (e *OverError) Error() string { return e.Reason() + " (" + e.Rule.Source + ")" }

// Reason says what the limit is, how far it is used, what crossing it leads to,
// and when there is room.
func (e *OverError) Reason() string {
	var b strings.Builder
	fmt.Fprintf(&b, "at most %d %s %s for %s: %d sent, ", e.Rule.Most, e.Rule.What, e.Rule.Period(), e.Scope, e.Sent)
	if e.Planned > 0 {
		fmt.Fprintf(&b, "%d planned, ", e.Planned)
	}
	fmt.Fprintf(&b, "%d more would be too many, and %s", e.Want, e.Rule.Over)
	switch {
	case e.Never():
		b.WriteString("; waiting makes no room for so many")
	case !e.Room.IsZero():
		b.WriteString("; there is room at " + Clock(e.Room))
	case !e.Earliest.IsZero():
		b.WriteString("; once the planned ones are sent, there is room at " + Clock(e.Earliest) + " at the earliest")
	}
	return b.String()
}

// Never reports whether the messages are more than the limit allows at any
// time.
func (e *OverError) Never() bool { return e.Want > e.Rule.Most }

// Clock writes a time as a person at this computer reads it.
func Clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }
