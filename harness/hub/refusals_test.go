// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestRefusalsAreRemembered asks for more than are kept: the newest are, in
// their order. Who was taken and failed later is not among them.
func TestRefusalsAreRemembered(t *testing.T) {
	h := open(t, hub.Options{})
	if got := h.Refusals(); len(got) != 0 {
		t.Fatalf("a new hub has refused %v", got)
	}
	for i := range 40 {
		s := dial(t, h)
		s.send(&wire.Open{Versions: []int{1}, Run: fmt.Sprintf("other-%d", i), Nonce: nonce})
		expect[*wire.Error](s) // what the agent is told is remembered before
	}
	s := dial(t, h)
	s.open(7)
	expect[*wire.Challenge](s)
	told := expect[*wire.Error](s)
	late := dial(t, h)
	late.open(wire.Version)
	late.greet(hello("phone", wire.RoleMain))
	late.raw("no JSON")
	expect[*wire.Error](late)
	late.closed()

	got := h.Refusals()
	if len(got) != 32 {
		t.Fatalf("%d refusals are remembered, want 32", len(got))
	}
	for i, r := range got[:31] {
		if want := fmt.Sprintf(`no run "other-%d"`, i+9); r.Code != wire.CodeUnknownRun || !strings.Contains(r.Message, want) {
			t.Errorf("refusal %d is %s, want %s", i, r, want)
		}
	}
	last := got[31]
	if last.Code != wire.CodeVersion || last.Message != told.Message || last.At.Before(got[30].At) {
		t.Errorf("the newest is %+v, want what the agent was told: %s", last, told.Message)
	}
}
