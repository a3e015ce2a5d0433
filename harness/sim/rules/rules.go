// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rules holds the rules by which a simulator goes wrong, and counts
// them off.
//
// It guarantees that a rule hits exactly the matching events that its skip and
// count name, in the order in which Take is called, and that a list with a wrong
// rule in it changes nothing. It does not guarantee which of two simultaneous
// events is the first; whoever needs that causes one at a time.
package rules

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Most is how many rules a Set holds.
const Most = 1000

// Rule is what a Set needs of a rule F, which may match an event E. Its methods
// do not alter it.
type Rule[F, E any] interface {
	// Checked returns the rule with its defaults. The error joins all that is
	// wrong.
	Checked() (F, error)
	// Scope returns the rule's name, "" for one that the Set is to give, how many
	// matching events pass before the first hit, and how often the rule hits
	// then; a count of 0 means always.
	Scope() (id string, skip, count int)
	// Counted returns the rule with a name and the number of its hits.
	Counted(id string, hits int) F
	// Matches reports whether the rule is about the event.
	Matches(E) bool
}

// Set is the rules in force. The zero value has none. Its methods may be called
// from any goroutine.
type Set[F Rule[F, E], E any] struct {
	mu    sync.Mutex
	rules []*counter[F]
	// named counts the names that Add has given.
	named int
}

// counter is a rule with its matching events and hits so far.
type counter[F any] struct {
	rule      F
	id        string
	met, hits int
}

// Replace puts rules in the place of all others and returns them with their
// defaults and names. If one of them is wrong, nothing changes, and the error
// says of each what is.
func (s *Set[F, E]) Replace(faults []F) ([]F, error) {
	if len(faults) > Most {
		return nil, fmt.Errorf("%d faults are too many: the most is %d", len(faults), Most)
	}
	rules := make([]*counter[F], len(faults))
	named := map[string]bool{}
	var problems []error
	for i, f := range faults {
		checked, err := f.Checked()
		if err != nil {
			problems = append(problems, fmt.Errorf("fault %d: %w", i, err))
		}
		id, _, _ := checked.Scope()
		if id == "" {
			id = fmt.Sprintf("fault-%d", i)
		}
		if named[id] {
			problems = append(problems, fmt.Errorf("fault %d: the id %.64q is there twice", i, id))
		}
		named[id] = true
		rules[i] = &counter[F]{rule: checked, id: id}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.rules = rules
	s.mu.Unlock()
	return s.List(), nil
}

// Add puts one rule behind the others and returns it with its defaults and its
// name. A name that is taken is an error.
func (s *Set[F, E]) Add(f F) (F, error) {
	checked, err := f.Checked()
	if err != nil {
		return checked, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules) >= Most {
		return checked, fmt.Errorf("one fault more is too many: the most is %d", Most)
	}
	id, _, _ := checked.Scope()
	for id == "" || s.find(id) >= 0 {
		if id != "" {
			return checked, fmt.Errorf("the id %.64q is there already", id)
		}
		s.named++
		if next := fmt.Sprintf("added-%d", s.named); s.find(next) < 0 {
			id = next
		}
	}
	s.rules = append(s.rules, &counter[F]{rule: checked, id: id})
	return checked.Counted(id, 0), nil
}

// Remove removes the rule of that name and returns it with its hits; false
// means that there is none.
func (s *Set[F, E]) Remove(id string) (F, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		var none F
		return none, false
	}
	removed := s.rules[i]
	// Take and List go by the slice as it is, under the mutex.
	s.rules = slices.Delete(s.rules, i, i+1)
	return removed.rule.Counted(removed.id, removed.hits), true
}

func (s *Set[F, E]) find(id string) int {
	return slices.IndexFunc(s.rules, func(c *counter[F]) bool { return c.id == id })
}

// List returns the rules in their order, with their hits.
func (s *Set[F, E]) List() []F {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]F, len(s.rules))
	for i, c := range s.rules {
		all[i] = c.rule.Counted(c.id, c.hits)
	}
	return all
}

// Clear removes all rules.
func (s *Set[F, E]) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Any reports whether one of the rules is of that sort.
func (s *Set[F, E]) Any(sort func(F) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.rules, func(c *counter[F]) bool { return sort(c.rule) })
}

// Take counts the event for each rule that matches it, and returns those that
// hit, in their order.
func (s *Set[F, E]) Take(e E) []F {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hits []F
	for _, c := range s.rules {
		if !c.rule.Matches(e) {
			continue
		}
		_, skip, count := c.rule.Scope()
		c.met++
		if c.met > skip && (count == 0 || c.met-skip <= count) {
			c.hits++
			hits = append(hits, c.rule.Counted(c.id, c.hits))
		}
	}
	return hits
}
