// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

// ring keeps the newest limit values.
type ring[T any] struct {
	limit  int
	values []T
}

func newRing[T any](limit int) ring[T] { return ring[T]{limit: limit} }

func (r *ring[T]) add(v T) {
	if len(r.values) == r.limit {
		// Half at once: a copy per value would cost as much as the buffer.
		r.values = append(r.values[:0:0], r.values[r.limit/2:]...)
	}
	r.values = append(r.values, v)
}

func (r *ring[T]) all() []T { return append([]T(nil), r.values...) }

func (r *ring[T]) clear() { r.values = nil }
