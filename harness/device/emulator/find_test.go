// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device/emulator"
)

// install makes a program, and returns its path.
func install(t *testing.T, elements ...string) string {
	t.Helper()
	name := "Emulator"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(filepath.Join(elements...), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// nowhere makes sure that nothing is found by itself, and returns a folder.
func nowhere(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{emulator.ProgramEnv, emulator.SDKEnv, "PATH", "HDC"} {
		t.Setenv(name, "")
	}
	for _, name := range []string{"HOME", "USERPROFILE", "ProgramFiles", "LOCALAPPDATA"} {
		t.Setenv(name, filepath.Join(dir, "home"))
	}
	return dir
}

func TestFind(t *testing.T) {
	tests := map[string]func(t *testing.T, dir string) (want string){
		"named by the variable": func(t *testing.T, dir string) string {
			path := install(t, dir, "anywhere")
			t.Setenv(emulator.ProgramEnv, path)
			return path
		},
		"beside the SDK of DevEco Studio": func(t *testing.T, dir string) string {
			t.Setenv(emulator.SDKEnv, filepath.Join(dir, "studio", "sdk"))
			return install(t, dir, "studio", "tools", "emulator")
		},
		"beside hdc in the Command Line Tools": func(t *testing.T, dir string) string {
			t.Setenv("HDC", install(t, dir, "tools", "sdk", "default", "openharmony", "toolchains"))
			return install(t, dir, "tools", "emulator")
		},
		"in PATH": func(t *testing.T, dir string) string {
			path := install(t, dir, "bin")
			t.Setenv("PATH", filepath.Dir(path))
			return path
		},
		"not Android's in PATH": func(t *testing.T, dir string) string {
			path := install(t, dir, "bin")
			android := install(t, dir, "Library", "Android", "sdk", "emulator")
			t.Setenv("PATH", filepath.Dir(android))
			_ = path
			return ""
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			want := prepare(t, nowhere(t))
			tool, err := emulator.Find(emulator.Options{})
			if want == "" {
				if err == nil {
					t.Fatalf("found %s", tool.Program())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := filepath.EvalSymlinks(tool.Program()); err != nil || !sameFile(t, got, want) {
				t.Errorf("found %s, %v, want %s", got, err, want)
			}
		})
	}
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	one, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(one, other)
}

func TestFindSaysWhereItLooked(t *testing.T) {
	dir := nowhere(t)
	t.Setenv(emulator.SDKEnv, filepath.Join(dir, "studio", "sdk"))
	_, err := emulator.Find(emulator.Options{})
	var find *emulator.FindError
	if !errors.As(err, &find) || len(find.Searched) < 4 || !slices.Contains(find.Searched, filepath.Join(dir, "studio", "tools", "emulator", filepath.Base(install(t, dir, "x")))) {
		t.Fatalf("%v", err)
	}
	for _, path := range find.Searched {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("it does not name %s", path)
		}
	}
	// Nothing else is searched where one is named.
	t.Setenv(emulator.ProgramEnv, filepath.Join(dir, "absent"))
	if _, err := emulator.Find(emulator.Options{}); !errors.As(err, &find) || len(find.Searched) != 1 {
		t.Errorf("%v", err)
	}
}

func TestUsualPlacesOfEachSystem(t *testing.T) {
	t.Setenv("HDC", filepath.Join(t.TempDir(), "absent"))
	variables := map[string]string{"HOME": "/home/me", "ProgramFiles": "C:/Program Files", "LOCALAPPDATA": "C:/me"}
	for goos, want := range map[string]string{
		"darwin":  "/Applications/DevEco-Studio.app/Contents/tools/emulator/Emulator",
		"windows": "C:/Program Files/Huawei/DevEco Studio/tools/emulator/Emulator.exe",
		"linux":   "/home/me/command-line-tools/emulator/Emulator",
	} {
		var got []string
		for _, path := range emulator.Search(goos, func(name string) string { return variables[name] }) {
			got = append(got, filepath.ToSlash(path))
		}
		if !slices.Contains(got, want) || strings.Contains(strings.Join(got, " "), "${") {
			t.Errorf("%s: %q does not have %s", goos, got, want)
		}
	}
}
