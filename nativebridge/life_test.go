// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

func TestProgramsEndByThemselves(t *testing.T) {
	h := openHub(t)
	s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "ends.mjs")
	s.end()
	kept := 0
	for e := range s.lines {
		if e.What == "kept" {
			kept++
		}
	}
	if kept != 100 {
		t.Errorf("%d promises were resolved before the end, want 100", kept)
	}
}

// What a promise has said is kept is there after SIGKILL.
func TestKilled(t *testing.T) {
	for _, after := range []int{0, 1, 500} {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			files := t.TempDir()
			s := node(t, []string{"FILES=" + files}, "killed.mjs")
			said := map[int]bool{s.hear("kept").N: true}
			for range after {
				said[s.hear("kept").N] = true
			}
			if err := s.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := s.wait(); err == nil {
				t.Fatal("the script has ended well")
			}
			// What it said until it died counts as well.
			for e := range s.lines {
				if e.What == "kept" {
					said[e.N] = true
				}
			}
			stored := messages(t, filepath.Join(files, "app"))
			for n := range said {
				if !stored["message "+strconv.Itoa(n)] {
					t.Errorf("message %d was kept, and is not there", n)
				}
			}
			t.Logf("%d promises, %d records", len(said), len(stored))
		})
	}
}

// messages reads the texts of the outbox that an app has left.
func messages(t *testing.T, files string) map[string]bool {
	t.Helper()
	root := filepath.Join(files, "pushproof")
	install, err := os.ReadFile(filepath.Join(root, "install"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := outbox.OpenMain(filepath.Join(root, "outbox"), outbox.Options{Install: string(install), Role: wire.RoleMain})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}()
	texts := map[string]bool{}
	err = o.Unacked(func(_ wire.Origin, b []byte) error {
		frame, err := wire.Decode(b)
		if err != nil {
			return err
		}
		arrival, is := frame.(*wire.Arrival)
		if !is {
			t.Errorf("a record %+v", frame)
			return nil
		}
		var p struct{ Data string }
		var data struct{ Text string }
		if err := json.Unmarshal(arrival.Payload, &p); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(p.Data), &data); err != nil {
			return err
		}
		texts[data.Text] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// Workers end in the middle, and nothing of what they handed over is lost.
func TestWorkersThatEndInTheMiddle(t *testing.T) {
	h := openHub(t)
	s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "workers.mjs")
	done := s.hear("done")
	s.end()
	seen := map[string]bool{}
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatalf("after %d: %v", len(seen), err)
		}
		a, is := r.Frame.(*wire.Arrival)
		if !is || !strings.Contains(string(a.Payload), "app-") || seen[string(a.Payload)] {
			t.Fatalf("record %+v, or a second one", r)
		}
		if seen[string(a.Payload)] = true; len(seen) == done.N {
			break
		}
	}
}

// A command ends with the Worker that was asked.
func TestWorkersThatAreAsked(t *testing.T) {
	h := openHub(t)
	s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "asked.mjs")
	ask := func() (string, error) {
		if _, err := h.WaitAgent(timeout(t), label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected }); err != nil {
			t.Fatal(err)
		}
		raw, err := h.Command(timeout(t), label, wire.RoleMain, wire.CmdBadgeGet, struct{}{})
		return string(raw), err
	}
	s.hear("connected")
	var failure *wire.Failure
	if got, err := ask(); !errors.Is(err, hub.ErrLost) && !errors.As(err, &failure) {
		t.Errorf("the Worker that was terminated: %s, %v", got, err)
	}
	s.hear("ended")
	s.hear("connected")
	if got, err := ask(); got != "5" || err != nil {
		t.Errorf("the next one: %s, %v", got, err)
	}
	// It ends with the answer, which may not come any more.
	_, _ = ask()
	s.hear("done")
	s.end()
}

// The module's C misuses no memory and gives all back.
func TestMemoryOfTheModule(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a library that is checked for misuse of memory is made on linux")
	}
	library, env := hosttest.Sanitized(t, "nativebridge")
	h := openHub(t)
	env = append(env, "MODULE="+library, "FILES="+t.TempDir(), "WANT="+want(t, h, label))
	for _, script := range []string{"workers.mjs", "ends.mjs"} {
		node(t, env, script).end()
	}
}

func TestNothingGrows(t *testing.T) {
	s := node(t, []string{"FILES=" + t.TempDir()}, "--expose-gc", "growth.mjs")
	t.Logf("%d MiB", s.hear("grown").N)
	s.hear("done")
	s.end()
}
