// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/probe"
)

// The two forms that claim files have.
const (
	lines = `[
  {"id": "device.a", "statement": "A < B & \"C\"", "source": "s", "confidence": "L", "kind": "device", "check": "c", "seen": []},
  {"id": "hdc.b",   "statement": "B", "source": "s", "confidence": "U", "kind": "hdc", "check": "c", "seen": [{"model": "hdc with X", "version": "3.1.0e", "date": "2025-01-01"}]}
]
`
	blocks = `[
  {
    "id": "cloud.c",
    "statement": "C",
    "source": "s",
    "confidence": "C",
    "kind": "cloud",
    "check": "c",
    "seen": []
  }
]
`
)

// checkout makes a folder with these claims.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module github.com/pushproof/pushproof\n", "fixtures/claims/a.json": lines, "fixtures/claims/c.json": blocks,
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fileOf is what a real device and the real cloud would have a run write.
func fileOf(date string, results ...probe.Result) *probe.File {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	for i, r := range results {
		statement := map[string]string{"device.a": `A < B & "C"`, "hdc.b": "B", "cloud.c": "C"}[r.Claim]
		results[i].Statement = probe.Fingerprint(fixtures.Claim{Statement: statement})
	}
	device := probe.Subject{Kind: probe.KindDevice, Device: "00000000", Model: "ALN-AL00", Software: "ALN-AL00 6.0.0.120(SP1)", OSVersion: "6.0.0", HDC: "3.2.0f"}
	cloud := probe.Subject{Kind: probe.KindCloud, Endpoint: "push-api.cloud.huawei.com"}
	for _, r := range results {
		if r.Claim == "cloud.c" {
			cloud.Results = append(cloud.Results, r)
		} else {
			device.Results = append(device.Results, r)
		}
	}
	return probe.NewFile("test", at, device, cloud)
}

func write(t *testing.T, f *probe.File) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "probe.json")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func heldAll() []probe.Result {
	return []probe.Result{{Claim: "device.a", Outcome: probe.Held}, {Claim: "hdc.b", Outcome: probe.Held}, {Claim: "cloud.c", Outcome: probe.Held}}
}

func TestMergeWritesSeenAndNothingElse(t *testing.T) {
	root := checkout(t)
	path := write(t, fileOf("2026-01-31", heldAll()...))
	m, err := probe.Merge(root, path)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Confirmed) != 3 || !slices.Equal(m.Files, []string{"fixtures/claims/a.json", "fixtures/claims/c.json"}) {
		t.Errorf("merged %+v", m)
	}
	wantLines := strings.Replace(lines, `"check": "c", "seen": []`, `"check": "c", "seen": [{"model": "ALN-AL00", "version": "6.0.0.120(SP1)", "date": "2026-01-31"}]`, 1)
	wantLines = strings.Replace(wantLines, `"2025-01-01"}]`, `"2025-01-01"}, {"model": "hdc with ALN-AL00", "version": "3.2.0f", "date": "2026-01-31"}]`, 1)
	// Rows stand in the order of models.
	wantLines = strings.Replace(wantLines, `[{"model": "hdc with X", "version": "3.1.0e", "date": "2025-01-01"}, {"model": "hdc with ALN-AL00", "version": "3.2.0f", "date": "2026-01-31"}]`,
		`[{"model": "hdc with ALN-AL00", "version": "3.2.0f", "date": "2026-01-31"}, {"model": "hdc with X", "version": "3.1.0e", "date": "2025-01-01"}]`, 1)
	wantBlocks := strings.Replace(blocks, `"seen": []`, `"seen": [{"model": "push-api.cloud.huawei.com", "version": "REST API v3", "date": "2026-01-31"}]`, 1)
	if got := read(t, root, "fixtures/claims/a.json"); got != wantLines {
		t.Errorf("a.json\n%s\nwant\n%s", got, wantLines)
	}
	if got := read(t, root, "fixtures/claims/c.json"); got != wantBlocks {
		t.Errorf("c.json\n%s\nwant\n%s", got, wantBlocks)
	}
	if _, err := fixtures.ReadClaims(os.DirFS(filepath.Join(root, "fixtures"))); err != nil {
		t.Errorf("the claims cannot be read any more: %v", err)
	}
	if m, err = probe.Merge(root, path); err != nil || len(m.Confirmed) != 0 || m.Known != 3 || len(m.Files) != 0 {
		t.Errorf("merged again %+v, error %v", m, err)
	}
}

func TestTheNewestDateStays(t *testing.T) {
	older, newer := write(t, fileOf("2026-01-31", heldAll()...)), write(t, fileOf("2026-03-01", heldAll()...))
	var texts []string
	for _, order := range [][]string{{older, newer}, {newer, older}, {newer, newer, older}} {
		root := checkout(t)
		if _, err := probe.Merge(root, order...); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, read(t, root, "fixtures/claims/a.json")+read(t, root, "fixtures/claims/c.json"))
	}
	if texts[0] != texts[1] || texts[1] != texts[2] {
		t.Errorf("the order of files shows:\n%s", strings.Join(texts, "\n"))
	}
	if strings.Contains(texts[0], "2026-01-31") || strings.Count(texts[0], "2026-03-01") != 3 {
		t.Errorf("dates in\n%s", texts[0])
	}
}

func TestOnlyWhatHeldIsSeen(t *testing.T) {
	root := checkout(t)
	m, err := probe.Merge(root, write(t, fileOf("2026-01-31",
		probe.Result{Claim: "device.a", Outcome: probe.Broken, Reason: "it said something else", Evidence: []string{"else"}},
		probe.Result{Claim: "hdc.b", Outcome: probe.Undecided, Cause: probe.CausePart, Reason: "half of it"},
		probe.Result{Claim: "cloud.c", Outcome: probe.Undecided, Cause: probe.CauseTrouble, Reason: "no network"})))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Broken) != 1 || m.Broken[0].Claim.ID != "device.a" || m.Broken[0].Subject.Name() != "ALN-AL00 6.0.0.120(SP1)" || m.Undecided != 2 || len(m.Files) != 0 {
		t.Errorf("merged %+v", m)
	}
	if read(t, root, "fixtures/claims/a.json") != lines {
		t.Error("the claims were altered")
	}
}

func TestMergeRefuses(t *testing.T) {
	root := checkout(t)
	simulated := fileOf("2026-01-31", heldAll()...)
	simulated.Simulated = true
	one := fileOf("2026-01-31", heldAll()...)
	one.Subjects[1].Simulated = true // and the file says that none is
	foreign := fileOf("2026-01-31", heldAll()...)
	foreign.Subjects[0].Results[0].Claim = "device.z"
	foreign.Subjects[0].Results[1].Statement = "0000000000000000"

	var sim *probe.SimulatedError
	if _, err := probe.Merge(root, write(t, simulated)); !errors.As(err, &sim) || !strings.Contains(err.Error(), "--target") {
		t.Errorf("a simulated file: %v", err)
	}
	if _, err := probe.Merge(root, write(t, one)); err == nil || !strings.Contains(err.Error(), "simulated subject") {
		t.Errorf("a file that hides a simulator: %v", err)
	}
	var version *probe.VersionError
	_, err := probe.Merge(root, write(t, fileOf("2026-01-31", heldAll()...)), write(t, foreign))
	if !errors.As(err, &version) || !slices.Equal(version.Unknown, []string{"device.z"}) || !slices.Equal(version.Changed, []string{"hdc.b"}) {
		t.Errorf("a file of another version: %v", err)
	}
	if read(t, root, "fixtures/claims/a.json") != lines {
		t.Error("something was merged all the same")
	}
	if _, err := probe.Merge(t.TempDir(), write(t, fileOf("2026-01-31"))); err == nil || !strings.Contains(err.Error(), "--repo") {
		t.Errorf("a folder without claims: %v", err)
	}
	if _, err := probe.Merge(root, filepath.Join(root, "nowhere.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	root := checkout(t)
	for name, text := range map[string]string{
		"harness/x.go":    "package x\n\n// It rests on device.a.\n// device.a-b and device.ab and my.device.a and device.a.b are others.\nvar _ = \"device.a\"\n",
		"fixtures/t.json": `[{"claim": "device.a"}]`, ".git/x.go": "device.a", "docs/x.md": "device.a",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := probe.Places(root, "device.a")
	if err != nil || !slices.Equal(got, []string{"fixtures/t.json:1", "harness/x.go:3", "harness/x.go:5"}) {
		t.Errorf("places %q, error %v", got, err)
	}
	if at := probe.Checkout(filepath.Join(root, "harness")); at == "" || filepath.Base(at) != filepath.Base(root) {
		t.Errorf("the checkout is %q", at)
	}
	if at := probe.Checkout(t.TempDir()); at != "" {
		t.Errorf("a folder elsewhere is in the checkout %q", at)
	}
}

func FuzzSplice(f *testing.F) {
	f.Add([]byte(lines))
	f.Add([]byte(blocks))
	f.Add([]byte(`[{"seen":[],"id":"device.a"},{"id":"device.a","seen":1}] `))
	f.Fuzz(func(t *testing.T, data []byte) {
		same, err := probe.Splice(data, nil)
		if err == nil && !bytes.Equal(same, data) {
			t.Errorf("nothing was altered, and it has become\n%q", same)
		}
		rows := []fixtures.Seen{{Model: "M", Version: "V", Date: "2026-01-31"}}
		once, err := probe.Splice(data, map[string][]fixtures.Seen{"device.a": rows})
		if err != nil {
			return
		}
		if twice, err := probe.Splice(once, map[string][]fixtures.Seen{"device.a": rows}); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("spliced again it is %q, error %v", twice, err)
		}
	})
}
