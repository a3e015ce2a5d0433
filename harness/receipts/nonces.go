// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"crypto/sha256"
	"sync"
	"time"
)

// digest stands for a nonce or a body in memory: half of its SHA-256.
type digest [16]byte

func digestOf(data []byte) digest {
	sum := sha256.Sum256(data)
	return digest(sum[:16])
}

// claim is what a nonce's post turned out to be.
type claim int

const (
	// claimed: the nonce was not seen before, or with this very body.
	claimed claim = iota
	// replayed: it was seen with another body.
	replayed
	// full: as many are remembered as may be.
	full
)

// nonces remembers each nonce, and the body that came with it, for at least as
// long as its signature is fresh: two generations, each as long as a timestamp
// may be early and late together. What is full forgets nothing, but takes no
// more: a nonce that is forgotten too soon could be used again.
type nonces struct {
	limit      int
	generation time.Duration

	mu           sync.Mutex
	began        time.Time
	young, older map[digest]digest
}

func newNonces(window time.Duration, limit int) *nonces {
	return &nonces{limit: limit, generation: 2 * window, young: map[digest]digest{}}
}

// claim takes the nonce for the body. The same pair may be claimed again: what
// repeats a post may repeat its signature (claim receipts.repeat).
func (n *nonces) claim(now time.Time, nonce, body digest) claim {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch age := now.Sub(n.began); {
	case age >= 2*n.generation:
		n.young, n.older, n.began = map[digest]digest{}, nil, now
	case age >= n.generation:
		n.young, n.older, n.began = map[digest]digest{}, n.young, now
	}
	known, ok := n.young[nonce]
	if !ok {
		known, ok = n.older[nonce]
	}
	switch {
	case ok && known == body:
		return claimed
	case ok:
		return replayed
	case len(n.young)+len(n.older) >= n.limit:
		return full
	}
	n.young[nonce] = body
	return claimed
}
