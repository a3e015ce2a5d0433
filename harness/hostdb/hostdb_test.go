// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

func openBench(b *testing.B) quota.Store {
	b.Helper()
	db, err := hostdb.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db.Quota()
}

// raw runs statements on the file without this package.
func raw(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasSentStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "it's 100% ours? #1")
	for range most {
		db, err := hostdb.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		tickets, err := quota.New(quota.Options{Store: db.Quota(), Rules: rules(), Wait: -1}).Reserve(t.Context(), message)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(tickets[0].Commit(t.Context()), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, dir)
	var over *quota.OverError
	if _, err := quota.New(quota.Options{Store: db.Quota(), Rules: rules(), Wait: -1}).Reserve(t.Context(), message); !errors.As(err, &over) {
		t.Errorf("one more: %v", err)
	}
	if db.Path() != filepath.Join(dir, hostdb.Name) {
		t.Errorf("the file is %s", db.Path())
	}
	if runtime.GOOS == "windows" {
		return
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 || files[0].Name() != hostdb.Name {
		t.Fatalf("the folder holds %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, %v", info.Mode(), err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		make  func(t *testing.T, path string)
		newer bool
		says  string
	}{
		"a newer schema": {func(t *testing.T, path string) {
			db, err := hostdb.Open(t.Context(), filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			raw(t, path, "PRAGMA user_version = 1000")
		}, true, "update this one, or give it a folder of its own with --state-dir"},
		"another program's":         {func(t *testing.T, path string) { raw(t, path, "CREATE TABLE songs (title TEXT)") }, false, "another program; move the file away"},
		"marked by another program": {func(t *testing.T, path string) { raw(t, path, "PRAGMA application_id = 7") }, false, "another program; move the file away"},
		"no database": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false, "move the file away"},
		"a folder in its place": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, false, "check that its folder can be written, or name another one with --state-dir"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, hostdb.Name)
			tt.make(t, path)
			db, err := hostdb.Open(t.Context(), dir)
			if err == nil {
				_ = db.Close()
				t.Fatal("it was opened")
			}
			var newer *hostdb.NewerError
			var opening *hostdb.OpenError
			if errors.As(err, &newer) != tt.newer || errors.As(err, &opening) == tt.newer {
				t.Errorf("%T %v", err, err)
			}
			if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q does not say %q and %s", err, tt.says, path)
			}
			if tt.newer && (newer.Found != 1000 || newer.Known < 1) {
				t.Errorf("%+v", newer)
			}
		})
	}
}

// A process may have died after it made the file.
func TestAnEmptyFileIsMadeANewOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, hostdb.Name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := quota.New(quota.Options{Store: open(t, dir).Quota()}).Reserve(t.Context(), message); err != nil {
		t.Error(err)
	}
}

func TestDir(t *testing.T) {
	home, state := t.TempDir(), t.TempDir()
	tests := map[string]struct {
		flag, env, xdg string
		want           string
		only           string
	}{
		"the flag":                 {"f", "e", state, "f", ""},
		"the variable":             {"", "e", state, "e", ""},
		"the folder for state":     {"", "", state, filepath.Join(state, "pushproof"), ""},
		"its default":              {"", "", "", filepath.Join(home, ".local", "state", "pushproof"), "linux"},
		"a relative one is none":   {"", "", "state", filepath.Join(home, ".local", "state", "pushproof"), "linux"},
		"the configuration folder": {"", "", "", filepath.Join(home, "Library", "Application Support", "pushproof"), "darwin"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.only != "" && tt.only != runtime.GOOS {
				t.Skipf("on %s only", tt.only)
			}
			t.Setenv("HOME", home)
			t.Setenv(hostdb.EnvDir, tt.env)
			t.Setenv("XDG_STATE_HOME", tt.xdg)
			if got, err := hostdb.Dir(tt.flag); err != nil || got != tt.want {
				t.Errorf("Dir = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
