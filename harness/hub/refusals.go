// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"slices"
	"sync"
	"time"
)

// Refusal is an agent that the hub did not take: why, and when. What the agent
// had said of itself is not in it, other than in Message, where it is clipped.
type Refusal struct {
	// At is when, on the host's clock.
	At time.Time
	// Code is one of the wire's codes, e.g. wire.CodeVersion.
	Code string
	// Message says why, and what to do about it, as the agent was told.
	Message string
}

// String is code and message.
func (r Refusal) String() string { return r.Code + ": " + r.Message }

// maxRefusals bounds the list: an agent that is refused may ask again for ever.
const maxRefusals = 32

// refusals remembers the newest handshakes that were refused.
type refusals struct {
	mu  sync.Mutex
	all []Refusal
}

func (r *refusals) add(why *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == maxRefusals {
		r.all = slices.Delete(r.all, 0, 1)
	}
	r.all = append(r.all, Refusal{At: time.Now(), Code: why.code, Message: why.message})
}

// Refusals returns the newest 32 handshakes that were refused, the newest last.
// A link that ends after its handshake is not among them: see Agent.Ended.
func (h *Hub) Refusals() []Refusal {
	h.refusals.mu.Lock()
	defer h.refusals.mu.Unlock()
	return slices.Clone(h.refusals.all)
}
