// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package process_test

import (
	"io"
	"testing"
)

// A suspended child cannot see its input end: the system has to do it.
func TestSuspendedChildDoesNotOutliveItsParent(t *testing.T) {
	p, out := start(t, "parent", nil)
	hear(t, out, "suspended")
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(rest) != 0 {
		t.Errorf("the orphan said %q", rest)
	}
}
