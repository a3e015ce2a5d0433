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

// uses finds what counts now. It reads the entries of a window once, since a
// message may go to thousands of tokens, each with a scope of its own.
type uses struct {
	tx  Tx
	now time.Time
	// of holds, by rule and scope, when each message will count no more.
	of map[string]map[string][]time.Time
}

func newUses(tx Tx, now time.Time) *uses {
	return &uses{tx, now, map[string]map[string][]time.Time{}}
}

// find lists when each of those messages will count no more that fall under the
// same limit and scope and count now, in the order of these times.
func (u *uses) find(n need) ([]time.Time, error) {
	scopes, ok := u.of[n.rule.Name]
	if !ok {
		entries, err := u.tx.Entries(n.rule.since(u.now))
		if err != nil {
			return nil, err
		}
		scopes = n.rule.group(entries, u.now)
		u.of[n.rule.Name] = scopes
	}
	return scopes[n.scope], nil
}

// group sorts entries into scopes.
func (r Rule) group(entries []Entry, now time.Time) map[string][]time.Time {
	scopes := map[string][]time.Time{}
	for _, e := range entries {
		if !r.Counts(e.Send) {
			continue
		}
		end := r.leaves(e.At)
		if !e.Expires.IsZero() && e.Expires.Before(end) {
			end = e.Expires
		}
		if end.After(now) {
			scope := r.Scope(e.Send)
			scopes[scope] = append(scopes[scope], end)
		}
	}
	for _, ends := range scopes {
		slices.SortFunc(ends, time.Time.Compare)
	}
	return scopes
}

// over returns the refusal if what is used, and planned before, leaves too
// little room, else nil.
func (n need) over(now time.Time, used []time.Time, planned int) *OverError {
	excess := len(used) + planned + n.want - n.rule.Most
	if excess <= 0 {
		return nil
	}
	e := &OverError{Rule: n.rule, Scope: n.scope, Sent: len(used), Planned: planned, Want: n.want}
	switch {
	case e.Never():
	case excess <= len(used):
		e.Room = used[excess-1]
	default:
		e.Earliest = n.rule.leaves(now)
	}
	return e
}
