// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Most is how many rules a Set holds.
const Most = 1000

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
type Set struct {
	mu    sync.Mutex
	rules []*rule
}

type rule struct {
	Fault
	met int // matching events so far
}

// Replace puts rules in the place of all others and returns them with their
// defaults. If one of them is wrong, nothing changes, and the error says of
// each what is.
func (s *Set) Replace(faults []Fault) ([]Fault, error) {
	if len(faults) > Most {
		return nil, fmt.Errorf("%d faults are too many: the most is %d", len(faults), Most)
	}
	rules := make([]*rule, len(faults))
	named := map[string]bool{}
	var problems []error
	for i, f := range faults {
		checked, err := f.Checked()
		if err != nil {
			problems = append(problems, fmt.Errorf("fault %d: %w", i, err))
		}
		if checked.ID == "" {
			checked.ID = fmt.Sprintf("fault-%d", i)
		}
		if named[checked.ID] {
			problems = append(problems, fmt.Errorf("fault %d: the id %.64q is there twice", i, checked.ID))
		}
		named[checked.ID] = true
		rules[i] = &rule{Fault: checked}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.rules = rules
	s.mu.Unlock()
	return s.List(), nil
}

// List returns the rules in their order, with their hits.
func (s *Set) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Fault, len(s.rules))
	for i, r := range s.rules {
		all[i] = r.Fault
	}
	return all
}

// Clear removes all rules.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Watches reports whether a rule looks at one of the seams.
func (s *Set) Watches(on ...Seam) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return slices.Contains(on, r.On) })
}

// Take counts the event for each rule that matches it, and returns those that
// hit, in their order.
func (s *Set) Take(e Event) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hits []Fault
	for _, r := range s.rules {
		if !r.matches(e) {
			continue
		}
		r.met++
		if r.met > r.Skip && (r.Count == 0 || r.met-r.Skip <= r.Count) {
			r.Hits++
			hits = append(hits, r.Fault)
		}
	}
	return hits
}

func (r *rule) matches(e Event) bool {
	return r.On == e.On && (r.PushType == nil || *r.PushType == e.PushType) &&
		(r.Token == "" || slices.Contains(e.Tokens, r.Token))
}
