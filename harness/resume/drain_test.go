// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/wire"
)

// TestExtensionIsDrained: an extension's process is killed, and the main
// process reports what it had kept, whether its own link had reported some of
// it or none.
func TestExtensionIsDrained(t *testing.T) {
	for _, c := range []struct {
		name   string
		linked bool
	}{
		{"the hub was not there", false},
		{"the hub was there", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			hubDir, dir := t.TempDir(), t.TempDir()
			h := openHub(t, "", hubDir)
			url, addr := h.URL(), h.Addr().String()
			if !c.linked {
				closeHub(t, h)
			}
			param, err := sessionFor(url).Param()
			if err != nil {
				t.Fatal(err)
			}
			p := start(t, spec{Role: wire.RoleExtension, Dir: dir, Session: param, From: 1, To: 1_000_000})
			told := &tally{t: t, resolved: map[int]bool{}}
			for len(told.resolved) < 400 && told.hear(p) {
			}
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for told.hear(p) {
			}
			p.wait()
			if !c.linked {
				h = openHub(t, addr, hubDir)
			}
			// The main process finds the session that the extension was given.
			a := openAgent(t, agent.Config{Dir: dir})
			if _, err := h.WaitAgent(within(t), label, wire.RoleMain, connected); err != nil {
				t.Fatal(err)
			}
			follow(t, h, func(j *journaled) bool { return j.hasAll(told.resolved) })
			if err := a.Flush(within(t)); err != nil {
				t.Error(err)
			}
			closeAgent(t, a)
			closeHub(t, h)
			journal := replay(t, hubDir)
			journal.once(t)
			if !journal.hasAll(told.resolved) || journal.roles[wire.RoleMain] != int(journal.losses["torn"]) {
				t.Errorf("the journal has %d messages of %d resolved ones, by role %v", len(journal.numbers), len(told.resolved), journal.roles)
			}
			left, err := filepath.Glob(filepath.Join(dir, "pushproof", "outbox", "ext-*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

// hasAll reports whether all those messages are there.
func (j *journaled) hasAll(messages map[int]bool) bool {
	for n := range messages {
		if j.numbers[n] == 0 {
			return false
		}
	}
	return true
}
