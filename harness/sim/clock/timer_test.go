// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package clock

import (
	"container/heap"
	"testing"
	"time"
)

// The order of starts within one Advance is the heap's order: from outside,
// functions that run at the same time have none that could be seen.
func TestTimersLeaveInOrderOfTimeThenOfMaking(t *testing.T) {
	base := time.Unix(1_700_000_000, 0)
	var h timers
	for made, minutes := range []int{5, 1, 3, 1, 5, 0, 3} {
		heap.Push(&h, &timer{at: base.Add(time.Duration(minutes) * time.Minute), made: uint64(made)})
	}
	heap.Remove(&h, h[len(h)-1].index)
	var last *timer
	for h.Len() > 0 {
		next := heap.Pop(&h).(*timer)
		if last != nil && (next.at.Before(last.at) || next.at.Equal(last.at) && next.made < last.made) {
			t.Errorf("timer made as number %d for %v left after number %d for %v", next.made, next.at, last.made, last.at)
		}
		if next.index != -1 {
			t.Errorf("a timer that left has index %d", next.index)
		}
		last = next
	}
}
