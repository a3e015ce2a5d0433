// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// claim is a claim with that probe.
func claim(id string, p fixtures.Probe) fixtures.Claim {
	if p.By == "" {
		p.By = "shell"
	}
	return fixtures.Claim{ID: id, Statement: "of " + id, Source: "test", Confidence: "U", Kind: "device", Check: "look", Probe: &p}
}

// run probes claims on the first device of a world.
func run(t *testing.T, w *world.World, bundle string, claims ...fixtures.Claim) map[string]probe.Result {
	t.Helper()
	s, err := probe.Device(t.Context(), probe.DeviceOptions{
		Client: hdc.New(hdc.Options{Addr: w.HDC.Addr()}), Key: w.Keys()[0], Bundle: bundle, Claims: claims,
	})
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]probe.Result{}
	for _, r := range s.Results {
		results[r.Claim] = r
	}
	return results
}

func TestShellProbesAreJudged(t *testing.T) {
	w, _ := newWorld(t, "phone")
	one := 1
	tests := []struct {
		id      string
		p       fixtures.Probe
		outcome probe.Outcome
		cause   probe.Cause
		reason  string
		seen    string
	}{
		{"t.held", fixtures.Probe{Run: "echo a; echo bcd", Want: []string{"^b.*$"}}, probe.Held, "", "", "bcd"},
		{"t.wants", fixtures.Probe{Run: "echo a; echo b", Want: []string{"^a$", "^c$"}}, probe.Broken, "", "nothing like ^c$", ""},
		{"t.never", fixtures.Probe{Run: "echo a", Want: []string{"a"}, Never: []string{"^a$"}}, probe.Broken, "", "something like ^a$", ""},
		{"t.exit", fixtures.Probe{Run: "false", Exit: &one}, probe.Held, "", "", "exit status 1"},
		{"t.status", fixtures.Probe{Run: "true", Exit: &one}, probe.Broken, "", "exited with 0, not 1", ""},
		{"t.part", fixtures.Probe{Run: "echo a", Want: []string{"a"}, Rest: "the other half"}, probe.Undecided, probe.CausePart, "the other half", "a"},
		{"t.tool", fixtures.Probe{Run: "no-such-tool", Want: []string{"^fine$"}}, probe.Undecided, probe.CauseNeed, "no no-such-tool", ""},
		{"t.toolexit", fixtures.Probe{Run: "no-such-tool", Exit: &one}, probe.Undecided, probe.CauseNeed, "no no-such-tool", ""},
		{"t.absent", fixtures.Probe{Run: "no-such-tool", Want: []string{"inaccessible or not found"}}, probe.Held, "", "", "inaccessible"},
		{"t.quoted", fixtures.Probe{Run: "echo its words", Want: []string{"^other$"}, Quote: true}, probe.Broken, "", "", "its words"},
		{"t.values", fixtures.Probe{Run: "echo {bundle} {width}x{height}", Want: []string{`^{bundle} \d+x\d+$`}, Needs: fixtures.ProbeNeeds{App: true}}, probe.Held, "", "", world.PlainBundle},
		{"t.pid", fixtures.Probe{Run: "echo {pid}", Want: []string{"1"}, Needs: fixtures.ProbeNeeds{App: true}}, probe.Undecided, probe.CauseNeed, "{pid}", ""},
		{"t.api", fixtures.Probe{Run: "true", Want: []string{""}, Needs: fixtures.ProbeNeeds{API: 99}}, probe.Undecided, probe.CauseNeed, "API 99", ""},
		{"t.type", fixtures.Probe{Run: "true", Want: []string{""}, Needs: fixtures.ProbeNeeds{DeviceTypes: []string{"tv"}}}, probe.Undecided, probe.CauseNeed, "about tv", ""},
		{"t.build", fixtures.Probe{Run: "true", Want: []string{""}, Needs: fixtures.ProbeNeeds{Build: "engineering"}}, probe.Undecided, probe.CauseNeed, "engineering", ""},
		{"t.user", fixtures.Probe{Run: "true", Want: []string{""}, Needs: fixtures.ProbeNeeds{Build: "user", DeveloperMode: true}}, probe.Held, "", "", ""},
		{"t.emulator", fixtures.Probe{Run: "true", Want: []string{""}, Needs: fixtures.ProbeNeeds{Emulator: true}}, probe.Undecided, probe.CauseNeed, "this is none", ""},
		{"t.install", fixtures.Probe{Run: "true", Want: []string{""}, Touches: fixtures.TouchInstall}, probe.Undecided, probe.CauseNeed, "--hap", ""},
	}
	var claims []fixtures.Claim
	for _, tt := range tests {
		claims = append(claims, claim(tt.id, tt.p))
	}
	got := run(t, w, world.PlainBundle, claims...)
	for _, tt := range tests {
		r := got[tt.id]
		if r.Outcome != tt.outcome || r.Cause != tt.cause || !strings.Contains(r.Reason, tt.reason) || (tt.reason == "") != (r.Reason == "") && tt.outcome != probe.Broken {
			t.Errorf("%s: %s %s: %s", tt.id, r.Outcome, r.Cause, r.Reason)
		}
		if tt.seen != "" && !strings.Contains(strings.Join(r.Evidence, "\n"), tt.seen) {
			t.Errorf("%s: evidence %q", tt.id, r.Evidence)
		}
	}
}

// What a command prints may be other apps' texts: without quote nothing of it
// is kept but what the claim is about.
func TestForeignTextsAreNotKept(t *testing.T) {
	w, _ := newWorld(t, "phone")
	key := w.Keys()[0]
	got := run(t, w, "",
		claim("t.broken", fixtures.Probe{Run: "echo Mum wrote: call me", Want: []string{"^fine$"}}),
		claim("t.held", fixtures.Probe{Run: "echo Mum wrote: call me; echo fine", Want: []string{"^fine$"}}),
		claim("t.key", fixtures.Probe{Run: "echo " + key, Want: []string{"^.*$"}}),
		claim("t.udid", fixtures.Probe{Run: "echo 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", Want: []string{"^.*$"}}),
		claim("t.long", fixtures.Probe{Run: "echo " + strings.Repeat("word ", 200), Want: []string{"^.*$"}}),
	)
	for id, r := range got {
		text := r.Reason + strings.Join(r.Evidence, "\n")
		for _, secret := range []string{"Mum", "call me", key, "0123456789abcdef"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s keeps %q: %q", id, secret, text)
			}
		}
		if len(text) > 300 {
			t.Errorf("%s keeps %d bytes", id, len(text))
		}
	}
}

func TestTheAppIsLeftAlone(t *testing.T) {
	w, _ := newWorld(t, "phone")
	got := run(t, w, "",
		claim("t.app", fixtures.Probe{Run: "aa start -b {bundle}", Want: []string{"."}, Touches: fixtures.TouchApp, Needs: fixtures.ProbeNeeds{App: true}}),
		claim("t.screen", fixtures.Probe{Run: "uitest uiInput keyEvent Home", Want: []string{"."}, Touches: fixtures.TouchScreen}),
		claim("t.needs", fixtures.Probe{Run: "pidof {bundle}", Want: []string{"."}, Needs: fixtures.ProbeNeeds{App: true}}),
	)
	for id, r := range got {
		if r.Outcome != probe.Undecided || r.Cause != probe.CauseNeed || !strings.Contains(r.Reason, "--bundle") {
			t.Errorf("%s without --bundle: %+v", id, r)
		}
	}
	got = run(t, w, "com.example.absent", claim("t.needs", fixtures.Probe{Run: "pidof {bundle}", Want: []string{"."}, Needs: fixtures.ProbeNeeds{App: true}}))
	if r := got["t.needs"]; r.Cause != probe.CauseNeed || !strings.Contains(r.Reason, "com.example.absent") {
		t.Errorf("an app that is not installed: %+v", r)
	}
}

// listing returns what lies in the device's folder for temporary files.
func listing(t *testing.T, w *world.World) string {
	t.Helper()
	got, err := hdc.New(hdc.Options{Addr: w.HDC.Addr()}).Shell(t.Context(), w.Keys()[0], hdc.Cmd("ls", "/data/local/tmp"))
	if err != nil {
		t.Error(err)
	}
	return string(got.Output)
}

func TestProbesCleanUp(t *testing.T) {
	w, _ := newWorld(t, "phone")
	before := listing(t, w)
	client := hdc.New(hdc.Options{Addr: w.HDC.Addr()})
	wait := claim("t.b-waits", fixtures.Probe{Run: "echo x >{tmp}.b; sleep 1000", Want: []string{"x"}, After: "rm -f {tmp}.b", Touches: fixtures.TouchFiles})
	file := claim("t.a-file", fixtures.Probe{Run: "echo x >{tmp}.a; cat {tmp}.a", Want: []string{"x"}, After: "rm -f {tmp}.a", Touches: fixtures.TouchFiles})
	probes := func(limit time.Duration, claims ...fixtures.Claim) probe.Subject {
		s, err := probe.Device(t.Context(), probe.DeviceOptions{Client: client, Key: w.Keys()[0], Claims: claims, Timeout: limit})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	// What takes long on a busy machine has time to end: a command that is given
	// up may still be writing when its file is removed.
	probes(time.Minute, append(fixtures.Claims(), file)...)
	s := probes(2*time.Second, wait)
	i := slices.IndexFunc(s.Results, func(r probe.Result) bool { return r.Claim == wait.ID })
	if r := s.Results[i]; r.Cause != probe.CauseTrouble || !strings.Contains(r.Reason, "within 2s") {
		t.Errorf("a command without end: %+v", r)
	}
	if after := listing(t, w); after != before {
		t.Errorf("in the folder for temporary files is\n%sand was\n%s", after, before)
	}
	rules, err := client.Forwards(t.Context())
	if err != nil || len(rules) > 0 {
		t.Errorf("port rules %v are left, error %v", rules, err)
	}
}

func TestAnInterruptLeavesTheRestUndecided(t *testing.T) {
	w, _ := newWorld(t, "phone")
	before := listing(t, w)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer cancel()
		for !t.Failed() && !strings.Contains(listing(t, w), ".b") {
			continue // the file is there once the command runs that waits
		}
	}()
	s, err := probe.Device(ctx, probe.DeviceOptions{
		Client: hdc.New(hdc.Options{Addr: w.HDC.Addr()}), Key: w.Keys()[0],
		Claims: []fixtures.Claim{
			claim("t.a", fixtures.Probe{Run: "echo a", Want: []string{"a"}, Touches: fixtures.TouchFiles}),
			claim("t.b", fixtures.Probe{Run: "echo x >{tmp}.b; sleep 1000", Want: []string{"x"}, After: "rm -f {tmp}.b", Touches: fixtures.TouchFiles}),
			claim("t.c", fixtures.Probe{Run: "echo c", Want: []string{"c"}, Touches: fixtures.TouchFiles}),
		},
	})
	if err != nil || len(s.Results) != 3 {
		t.Fatalf("%d results, error %v", len(s.Results), err)
	}
	if s.Results[0].Outcome != probe.Held {
		t.Errorf("before the interrupt: %+v", s.Results[0])
	}
	for _, r := range s.Results[1:] {
		if r.Cause != probe.CauseTrouble || !strings.Contains(r.Reason, "interrupted") {
			t.Errorf("after the interrupt: %+v", r)
		}
	}
	if after := listing(t, w); after != before {
		t.Errorf("in the folder for temporary files is\n%s", after)
	}
}
