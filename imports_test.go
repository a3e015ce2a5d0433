// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// direction is a rule of docs/architecture.md: no package of from may reach
// one of to, by itself or through others of this module. "x/..." means x and
// all below it.
type direction struct {
	name     string
	from     string
	except   []string
	to       []string
	testsToo bool // the rule binds what tests import, too
}

var directions = []direction{
	{
		name: "the agent knows nothing of the host", from: "agent/...", testsToo: true,
		to: []string{"harness/...", "fixtures/...", "cmd/...", "nativebridge/..."},
	},
	{
		name: "the native module is a door to the agent", from: "nativebridge/...",
		to: []string{"harness/...", "fixtures/...", "cmd/..."},
	},
	{
		name: "the harness shares the agent's words, not its work", from: "harness/...", except: []string{"harness/sim/..."},
		to: []string{"agent", "agent/link", "agent/outbox"},
	},
	{
		name: "the harness does not know that it is simulated", from: "harness/...", except: []string{"harness/sim/..."},
		to: []string{"harness/sim/..."},
	},
	{
		name: "a client is not tested by its own code: cloud", from: "harness/sim/cloud/...", testsToo: true,
		to: []string{"harness/pushcloud/..."},
	},
	{
		name: "a client is not tested by its own code: hdc", from: "harness/sim/hdcd/...",
		to: []string{"harness/hdc/..."},
	},
	{
		name: "a client does not import its simulator: cloud", from: "harness/pushcloud/...",
		to: []string{"harness/sim/..."},
	},
	{
		name: "simulators stand behind the seams", from: "harness/sim/...", except: []string{"harness/sim/world/..."},
		to: []string{"harness", "harness/hub/...", "harness/device/...", "harness/verdict/...", "harness/report/...", "harness/acceptance/..."},
	},
	{
		name: "data depends on words only", from: "fixtures/...",
		to: []string{"harness/...", "cmd/...", "agent", "agent/wire", "agent/journal", "agent/outbox", "agent/session", "agent/link"},
	},
	{
		name: "the database of this computer is the program's to open", from: "harness/...", except: []string{"harness/hostdb/..."},
		to: []string{"harness/hostdb/..."},
	},
	{
		name: "nobody imports a program", from: "...", except: []string{"cmd/..."}, testsToo: true,
		to: []string{"cmd/..."},
	},
}

// matches reports whether pattern names the package.
func matches(pattern, pkg string) bool {
	root, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pkg == pattern
	}
	root = strings.TrimSuffix(root, "/")
	return root == "" || pkg == root || strings.HasPrefix(pkg, root+"/")
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// graph holds which package of this module imports which, for any system.
type graph struct{ code, tests map[string]map[string]bool }

func importGraph(t *testing.T) graph {
	g := graph{map[string]map[string]bool{}, map[string]map[string]bool{}}
	for _, file := range goFiles(t) {
		edges := g.code
		if file.test() {
			edges = g.tests
		}
		if edges[file.folder()] == nil {
			edges[file.folder()] = map[string]bool{}
		}
		for _, imported := range file.imports() {
			if inner, ok := strings.CutPrefix(imported, module+"/"); ok {
				edges[file.folder()][inner] = true
			}
		}
	}
	return g
}

// way returns the shortest chain of imports from pkg into one of the patterns.
func (g graph) way(pkg string, patterns []string, tests bool) []string {
	first := maps.Clone(g.code[pkg])
	if tests {
		first = maps.Clone(g.tests[pkg])
	}
	queue, seen := [][]string{}, map[string]bool{}
	add := func(chain []string, next map[string]bool) {
		for _, imported := range slices.Sorted(maps.Keys(next)) {
			if !seen[imported] {
				seen[imported] = true
				queue = append(queue, append(slices.Clone(chain), imported))
			}
		}
	}
	add([]string{pkg}, first)
	for len(queue) > 0 {
		chain := queue[0]
		queue = queue[1:]
		last := chain[len(chain)-1]
		if matchesAny(patterns, last) {
			return chain
		}
		add(chain, g.code[last])
	}
	return nil
}

func TestImportsRunDownwards(t *testing.T) {
	g := importGraph(t)
	for _, rule := range directions {
		t.Run(rule.name, func(t *testing.T) {
			for _, pkg := range slices.Sorted(maps.Keys(g.code)) {
				if !matches(rule.from, pkg) || matchesAny(rule.except, pkg) {
					continue
				}
				if chain := g.way(pkg, rule.to, false); chain != nil {
					t.Errorf("%s", strings.Join(chain, " imports "))
				}
				if chain := g.way(pkg, rule.to, true); rule.testsToo && chain != nil {
					t.Errorf("a test of %s", strings.Join(chain, " imports "))
				}
			}
		})
	}
}

func TestDirectionsAreFollowedThroughOthers(t *testing.T) {
	g := graph{
		code:  map[string]map[string]bool{"a": {"b": true}, "b": {"c": true}, "c": {"a": true}, "d": {}},
		tests: map[string]map[string]bool{"d": {"b": true}},
	}
	for _, c := range []struct {
		name, from string
		tests      bool
		to         string
		want       []string
	}{
		{"direct", "a", false, "b", []string{"a", "b"}},
		{"through another", "a", false, "c/...", []string{"a", "b", "c"}},
		{"round a cycle to none", "a", false, "d", nil},
		{"a test's, not the code's", "d", false, "c", nil},
		{"a test's, through the code", "d", true, "c", []string{"d", "b", "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, g.way(c.from, []string{c.to}, c.tests)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if matches("agent", "agent/wire") || !matches("agent/...", "agent") || !matches("agent/...", "agent/wire") || matches("agent/...", "agents") || !matches("...", "cmd/x") {
		t.Error("patterns do not mean what they say")
	}
}

// The agent is linked into an app: what it brings along is reviewed line by
// line, for the systems that it is built for.
func TestTheAgentStaysLean(t *testing.T) {
	packages := map[string]bool{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, pkg := range dependencies(t, system, "./agent") {
			packages[pkg] = true
		}
	}
	got := strings.Join(slices.Sorted(maps.Keys(packages)), "\n") + "\n"
	path := filepath.Join("docs", "deps", "agent.txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test . -update", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the agent's packages from outside the standard library changed; if that is meant: go test . -update\n%s", diff)
	}
}

// dependencies returns the packages that pkg links on a system, less those of
// the standard library and of this module.
func dependencies(t *testing.T, system, pkg string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg)
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=arm64", "CGO_ENABLED=0")
	var problem bytes.Buffer
	list.Stderr = &problem
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list -deps %s for %s: %v\n%s", pkg, system, err, &problem)
	}
	var outside []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && line != module && !strings.HasPrefix(line, module+"/") {
			outside = append(outside, line)
		}
	}
	if len(outside) == 0 {
		t.Fatalf("go list -deps %s for %s lists nothing", pkg, system)
	}
	return outside
}
