// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

func TestUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":           {[]string{"--help"}, 0, "Builds the native module for each ABI"},
		"an unknown ABI": {[]string{"--abi", "arm64-v8a,armeabi"}, 2, `build: "armeabi" is none of the ABIs arm64-v8a, x86_64, node`},
		"no ABI":         {[]string{"--abi", ""}, 2, `build: "" is none of the ABIs`},
		"a word":         {[]string{"arm64-v8a"}, 2, `build: "arm64-v8a" is no flag: try --help`},
		"a wrong flag":   {[]string{"--fast"}, 2, "flag provided but not defined: -fast"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), tc.args, &out, &errs)
			if code != tc.code || !strings.Contains(errs.String(), tc.want) || out.Len() > 0 {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, tc.code, tc.want, &errs, &out)
			}
		})
	}
}

func TestOutsideOfTheModule(t *testing.T) {
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code := run(t.Context(), nil, &out, &errs)
	if want := "run it in a clone of pushproof"; code != 1 || !strings.Contains(errs.String(), want) {
		t.Errorf("exit code %d, want 1 and %q:\n%s%s", code, want, &errs, &out)
	}
}

// A machine without tools: what is missing is said, and fails if it is required.
func TestMissingTools(t *testing.T) {
	var out bytes.Buffer
	b := builder{stdout: &out, out: t.TempDir(), host: toolchain.Host{
		Getenv:   func(string) string { return "" },
		LookPath: func(string) (string, error) { return "", exec.ErrNotFound },
		Exists:   func(string) bool { return false },
	}}
	if code := b.all(t.Context(), toolchain.ABIs(), false); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"arm64-v8a  not built: no C compiler for it", "/usr/lib/aarch64-linux-musl/libc.so", "OHOS_NDK_HOME",
		"x86_64     not built", "node       not built", "install a C compiler",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says no %q:\n%s", want, &out)
		}
	}
	if code := b.all(t.Context(), toolchain.ABIs(), true); code != 1 {
		t.Errorf("with --require: exit code %d", code)
	}
}

// The command builds into its folder and says how large the library is, against
// its budget.
func TestBuild(t *testing.T) {
	hosttest.Compiler(t, toolchain.Node)
	var out, errs bytes.Buffer
	dir := t.TempDir()
	if code := run(t.Context(), []string{"--abi", "node", "--out", dir, "--require"}, &out, &errs); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, &out, &errs)
	}
	if want := "MB of 8 MB, the machine's own"; !strings.Contains(out.String(), want) {
		t.Errorf("it says no %q:\n%s", want, &out)
	}
	info, err := os.Stat(filepath.Join(dir, "node", "pushproof.node"))
	if err != nil || info.Size() > budget {
		t.Errorf("%v, %v", info, err)
	}

	out.Reset()
	b := builder{root: hosttest.Root(t), out: dir, budget: 1 << 20, stdout: &out, verbose: true}
	if code := b.all(t.Context(), []toolchain.ABI{toolchain.Node}, true); code != 1 {
		t.Errorf("above its budget: exit code %d", code)
	}
	for _, want := range []string{"more than the budget of 1048576: docs/native.md", "+ go build -trimpath"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says no %q:\n%s", want, &out)
		}
	}
}
