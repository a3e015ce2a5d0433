// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// tailWriter passes on whole lines, each behind a prefix, and remembers the
// last that a worker printed.
type tailWriter struct {
	// next may be nil; shared guards it, since all workers have it.
	next   io.Writer
	shared *sync.Mutex
	prefix string

	mu   sync.Mutex
	line []byte // the end of what was printed
	open []byte // a line without its end
}

// What is kept of a line that has no end.
const (
	tailLimit = 500
	lineLimit = 64 << 10
)

// Write implements io.Writer. A reader that is gone is no reason to stop.
func (t *tailWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line = append(t.line, p...)
	if extra := len(t.line) - tailLimit; extra > 0 {
		t.line = append(t.line[:0], t.line[extra:]...)
	}
	if t.next == nil {
		return len(p), nil
	}
	t.open = append(t.open, p...)
	if end := bytes.LastIndexByte(t.open, '\n'); end >= 0 {
		t.pass(t.open[:end+1])
		t.open = append(t.open[:0], t.open[end+1:]...)
	}
	if len(t.open) > lineLimit {
		t.pass(append(t.open, '\n'))
		t.open = t.open[:0]
	}
	return len(p), nil
}

// pass writes lines at once, so that those of others do not come between.
// Empty ones, of which Ginkgo has many, are left out.
func (t *tailWriter) pass(lines []byte) {
	var b bytes.Buffer
	for line := range bytes.Lines(lines) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(t.prefix)
			b.Write(line)
		}
	}
	t.shared.Lock()
	defer t.shared.Unlock()
	_, _ = t.next.Write(b.Bytes())
}

// flush passes on what has no end of line.
func (t *tailWriter) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.open) > 0 {
		t.pass(append(t.open, '\n'))
		t.open = nil
	}
}

func (t *tailWriter) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.line))
}
