// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package clock

import "time"

// timer is one function that waits for its time.
type timer struct {
	at    time.Time
	made  uint64
	f     func()
	index int // in the heap; -1 when it is not there (any more)
}

// timers is a heap.Interface, the earliest timer first.
type timers []*timer

func (h timers) Len() int { return len(h) }

func (h timers) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].made < h[j].made
	}
	return h[i].at.Before(h[j].at)
}

func (h timers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timers) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timers) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
