// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"slices"
	"time"
)

// need is how many messages fall under one limit and scope.
type need struct {
	rule  Rule
	scope string
	want  int
}

// needs groups messages by the limits that count them, in the order of the
// rules.
func needs(rules []Rule, sends []Send) []need {
	var list []need
	for _, r := range rules {
		at := map[string]int{}
		for _, s := range sends {
			if !r.Counts(s) {
				continue
			}
			scope := r.Scope(s)
			i, ok := at[scope]
			if !ok {
				i = len(list)
				at[scope] = i
				list = append(list, need{rule: r, scope: scope})
			}
			list[i].want++
		}
	}
	return list
}

// used lists when each of those messages will count no more that fall under
// the same limit and scope and count now, in the order of these times.
func (n need) used(tx Tx, now time.Time) ([]time.Time, error) {
	entries, err := tx.Entries(n.rule.since(now))
	if err != nil {
		return nil, err
	}
	var ends []time.Time
	for _, e := range entries {
		if !e.live(now) || !n.rule.Counts(e.Send) || n.rule.Scope(e.Send) != n.scope {
			continue
		}
		end := n.rule.leaves(e.At)
		if !e.Expires.IsZero() && e.Expires.Before(end) {
			end = e.Expires
		}
		if end.After(now) {
			ends = append(ends, end)
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	return ends, nil
}

// over returns the refusal if what is used, and planned before, leaves too
// little room, else nil.
func (n need) over(used []time.Time, planned int) *OverError {
	excess := len(used) + planned + n.want - n.rule.Most
	if excess <= 0 {
		return nil
	}
	e := &OverError{Rule: n.rule, Scope: n.scope, Sent: len(used), Planned: planned, Want: n.want}
	if excess <= len(used) {
		e.Room = used[excess-1]
	}
	return e
}
