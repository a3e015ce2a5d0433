// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"io"
	"sync"
	"time"
)

// NewTail returns what a worker's standard error is, and what ends it.
func NewTail(next io.Writer, prefix string) (w io.Writer, flush func(), last func() string) {
	t := &tailWriter{next: next, prefix: prefix, shared: new(sync.Mutex)}
	return t, t.flush, t.last
}

// Silence returns how long a worker with that order may say nothing by default.
func Silence(order Order, heard bool, started string) (time.Duration, error) {
	l, err := Limits{}.complete()
	return l.next(&worker{order: order, heard: heard, started: started}), err
}
