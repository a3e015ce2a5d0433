// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import "sync"

// board is where readers wait for receipts of a biTag.
type board struct {
	mu     sync.Mutex
	tags   map[string]*bell
	total  int
	closed chan struct{}
}

// bell rings once, for all who wait for a biTag.
type bell struct {
	rung    chan struct{}
	waiting int
}

func newBoard() *board {
	return &board{tags: map[string]*bell{}, closed: make(chan struct{})}
}

// join returns what is closed at the next receipt of that biTag. It reports
// false, and nobody needs to leave, if as many wait as may.
func (b *board) join(tag string, most int) (rung <-chan struct{}, leave func(), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.total >= most {
		return nil, nil, false
	}
	one := b.tags[tag]
	if one == nil {
		one = &bell{rung: make(chan struct{})}
		b.tags[tag] = one
	}
	one.waiting++
	b.total++
	return one.rung, func() { b.leave(tag, one) }, true
}

func (b *board) leave(tag string, one *bell) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total--
	if one.waiting--; one.waiting == 0 && b.tags[tag] == one {
		delete(b.tags, tag)
	}
}

// wake rings for the receipts' biTags.
func (b *board) wake(list []Receipt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range list {
		if one := b.tags[r.BiTag]; one != nil {
			close(one.rung)
			delete(b.tags, r.BiTag)
		}
	}
}

func (b *board) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closed:
	default:
		close(b.closed)
	}
}
