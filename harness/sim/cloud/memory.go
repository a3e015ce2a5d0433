// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import "container/list"

// memory keeps what is known by keys that senders choose: a bounded number of
// entries, of which the one that was longest not asked for has to go.
type memory[K comparable, V any] struct {
	most  int
	known map[K]*list.Element
	order *list.List // of entries, the next to go first
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newMemory[K comparable, V any](most int) memory[K, V] {
	return memory[K, V]{most: most, known: map[K]*list.Element{}, order: list.New()}
}

// get returns what is known of a key, and keeps it from going next.
func (m *memory[K, V]) get(key K) (value V, ok bool) {
	at, ok := m.known[key]
	if !ok {
		return value, false
	}
	m.order.MoveToBack(at)
	return at.Value.(entry[K, V]).value, true
}

func (m *memory[K, V]) put(key K, value V) {
	if at, ok := m.known[key]; ok {
		at.Value = entry[K, V]{key, value}
		m.order.MoveToBack(at)
		return
	}
	if m.order.Len() == m.most {
		delete(m.known, m.order.Remove(m.order.Front()).(entry[K, V]).key)
	}
	m.known[key] = m.order.PushBack(entry[K, V]{key, value})
}

// forget removes what is over.
func (m *memory[K, V]) forget(over func(V) bool) {
	for at := m.order.Front(); at != nil; {
		next := at.Next()
		if e := at.Value.(entry[K, V]); over(e.value) {
			m.order.Remove(at)
			delete(m.known, e.key)
		}
		at = next
	}
}
