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
	// Room is when they would be within the limit; zero if waiting does not
	// help, since they are more than it allows at any time.
	Room time.Time
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
	if !e.Room.IsZero() {
		b.WriteString("; there is room at " + Clock(e.Room))
	}
	return b.String()
}

// Clock writes a time as a person at this computer reads it.
func Clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }
