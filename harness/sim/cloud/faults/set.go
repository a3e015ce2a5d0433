// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"slices"

	"github.com/pushproof/pushproof/harness/sim/rules"
)

// Most is how many rules a Set holds.
const Most = rules.Most

// Event is what a rule may match.
type Event struct {
	On Seam
	// PushType is -1 where there is no valid one.
	PushType int
	// Tokens are the fingerprints that the event concerns.
	Tokens []string
}

// Set is the rules in force. The zero value has none. Its methods may be called
// from any goroutine.
type Set struct{ rules.Set[Fault, Event] }

// Watches reports whether a rule looks at one of the seams.
func (s *Set) Watches(on ...Seam) bool {
	return s.Any(func(f Fault) bool { return slices.Contains(on, f.On) })
}

// Scope returns the rule's name, skip and count.
func (f Fault) Scope() (id string, skip, count int) { return f.ID, f.Skip, f.Count }

// Counted returns the rule with a name and its hits.
func (f Fault) Counted(id string, hits int) Fault {
	f.ID, f.Hits = id, hits
	return f
}

// Matches reports whether the rule is about the event.
func (f Fault) Matches(e Event) bool {
	return f.On == e.On && (f.PushType == nil || *f.PushType == e.PushType) &&
		(f.Token == "" || slices.Contains(e.Tokens, f.Token))
}
