// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/native"
)

// clone makes a folder with these files of a clone.
func clone(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("module github.com/pushproof/pushproof\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	built      = "nativebridge/out/node/pushproof.node"
	typescript = "ohos/check/node_modules/typescript/package.json"
	json5      = "ohos/check/node_modules/json5/package.json"
)

func host(dir, version string) native.Host {
	return native.Host{
		Dir:      dir,
		LookPath: func(string) (string, error) { return "/usr/bin/node", nil },
		Version:  func(context.Context, string) (string, error) { return version, nil },
	}
}

func TestFindFromAFolderBelow(t *testing.T) {
	dir := clone(t, "go.mod", built, typescript, json5)
	r, err := native.Find(t.Context(), host(filepath.Join(dir, "ohos", "check"), "v20.1.0"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Root != dir || r.Node != "/usr/bin/node" || r.Module != filepath.Join(dir, filepath.FromSlash(built)) {
		t.Errorf("found %+v", r)
	}
}

func TestMissingIsNamed(t *testing.T) {
	whole := clone(t, "go.mod", built, typescript, json5)
	for name, tt := range map[string]struct {
		host native.Host
		says []string
	}{
		"no node": {native.Host{Dir: whole, LookPath: func(string) (string, error) { return "", errors.New("no") }}, []string{"node, which is not in PATH: install Node 20"}},
		"a node that fails": {native.Host{Dir: whole, LookPath: func(string) (string, error) { return filepath.Join(whole, "node"), nil }},
			[]string{"a node that works: ", "install Node 20"}},
		"an old node":     {host(whole, "v18.19.0"), []string{"a newer node: /usr/bin/node is v18.19.0: install Node 20"}},
		"another program": {host(whole, "nodejs"), []string{`a node that is Node: /usr/bin/node --version says "nodejs"`}},
		"no clone":        {host(t.TempDir(), "v22.0.0"), []string{"the sources of Pushproof", "git clone"}},
		"a fresh clone":   {host(clone(t, "go.mod"), "v22.0.0"), []string{"pushproof.node: ", "go run ./nativebridge/build --abi node", "npm ci"}},
		"half installed":  {host(clone(t, "go.mod", built, typescript), "v22.0.0"), []string{"json5: cd ", "npm ci"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := native.Find(t.Context(), tt.host)
			var missing *native.MissingError
			if !errors.As(err, &missing) {
				t.Fatalf("got %v", err)
			}
			for _, text := range tt.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not said by: %v", text, err)
				}
			}
		})
	}
}

// What cannot be built is said with Node's own words.
func TestBuildFails(t *testing.T) {
	r := runtime(t)
	r.Project, r.Cache = t.TempDir(), t.TempDir()
	if err := r.Build(t.Context()); err == nil || !strings.Contains(err.Error(), "build-profile.json5") {
		t.Errorf("got %v", err)
	}
}

// JavaScript of older sources goes, that of the project's stays.
func TestBuildKeepsWhatIsUsed(t *testing.T) {
	r := runtime(t)
	project, err := filepath.Abs(filepath.Join("testdata", "app"))
	if err != nil {
		t.Fatal(err)
	}
	r.Project, r.Cache = project, t.TempDir()
	old := filepath.Join(r.Cache, "older.js")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var made [2][]os.DirEntry
	for i := range made {
		if err := r.Build(t.Context()); err != nil {
			t.Fatal(err)
		}
		if made[i], err = os.ReadDir(r.Cache); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) || len(made[0]) == 0 || len(made[0]) != len(made[1]) {
		t.Errorf("%v; made %v and %v", err, made[0], made[1])
	}
}
