// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain_test

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
	"github.com/pushproof/pushproof/nativebridge/ohosld/elfcheck"
	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m)) }

func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// job builds the module from a tree into a folder.
func job(t *testing.T, abi toolchain.ABI, tree, out, work string) toolchain.Job {
	t.Helper()
	return toolchain.Job{
		Compiler: hosttest.Compiler(t, abi), Root: tree, Package: "./nativebridge", Module: "pushproof",
		Out: filepath.Join(out, filepath.FromSlash(abi.File("pushproof"))), Work: work,
	}
}

// build builds it and returns the library.
func build(t *testing.T, j toolchain.Job) []byte {
	t.Helper()
	lib, err := j.Build(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(lib.Path)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(b)) != lib.Bytes {
		t.Errorf("%s has %d bytes, not %d", lib.Path, len(b), lib.Bytes)
	}
	return b
}

// tree copies what the module is built from, so that nothing of it is where it
// was.
func tree(t *testing.T) string {
	t.Helper()
	root, dir := hosttest.Root(t), t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"agent", "nativebridge/bridge", "nativebridge/hilog", "nativebridge/napi", "nativebridge/ohosld"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "nativebridge", "*.[gc]*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "nativebridge", filepath.Base(file)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Two machines build the same bytes: a copy of the tree elsewhere, with another
// work folder, and two builds at once that share theirs and their output.
func TestBuildIsReproducible(t *testing.T) {
	for _, abi := range toolchain.ABIs() {
		t.Run(string(abi), func(t *testing.T) {
			out := t.TempDir()
			first := job(t, abi, hosttest.Root(t), out, hosttest.Work(t))
			same := make(chan error, 1)
			go func() {
				_, err := first.Build(timeout(t))
				same <- err
			}()
			want := build(t, first)
			if err := <-same; err != nil {
				t.Error(err)
			}
			entries, err := os.ReadDir(filepath.Dir(first.Out))
			if err != nil || len(entries) != 1 {
				t.Errorf("beside the library: %v, %v", entries, err)
			}
			elsewhere := tree(t)
			got := build(t, job(t, abi, elsewhere, t.TempDir(), t.TempDir()))
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes and %d bytes that differ", len(got), len(want))
			}
			for _, folder := range []string{elsewhere, hosttest.Root(t), out} {
				if bytes.Contains(got, []byte(folder)) || bytes.Contains(want, []byte(folder)) {
					t.Errorf("the library names %s, a folder of this machine", folder)
				}
			}
		})
	}
}

// What is built for HarmonyOS has all that a device asks for, by the checker
// that anybody can run.
func TestBuildPassesTheCheck(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		f, err := os.Open(m.Module(t))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		report, err := elfcheck.Check(f, elfcheck.Want{
			Soname: "libpushproof.so", Needed: []string{"libc.so", "libace_napi.z.so"}, Exports: []string{"napi_register_module_v1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Findings) > 0 || report.TLSDescriptors != 1 || report.SegmentAlign != 4096 || len(report.Needed) != 2 {
			t.Errorf("report %+v", report)
		}
	})
}

// The library has main.go's settings of the runtime: without them Go would
// resolve names by a file that HarmonyOS has not.
func TestBuildKeepsTheRuntimesSettings(t *testing.T) {
	for _, abi := range toolchain.ABIs() {
		t.Run(string(abi), func(t *testing.T) {
			j := job(t, abi, hosttest.Root(t), t.TempDir(), hosttest.Work(t))
			build(t, j)
			info, err := buildinfo.ReadFile(j.Out)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range info.Settings {
				if s.Key == "DefaultGODEBUG" && slices.Contains(strings.Split(s.Value, ","), "netdns=cgo") {
					return
				}
			}
			t.Errorf("no netdns=cgo in DefaultGODEBUG: %v", info.Settings)
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	compiler := hosttest.Compiler(t, toolchain.X8664)
	good := toolchain.Job{
		Compiler: compiler, Root: hosttest.Root(t), Package: "./nativebridge/testdata/hostlib", Module: "hostlib",
		Out: filepath.Join(t.TempDir(), "libhostlib.so"), Work: hosttest.Work(t),
	}
	const before = "a library of before"
	if err := os.WriteFile(good.Out, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		with func(*toolchain.Job)
		want string
	}{
		"no compiler":            {timeout(t), func(j *toolchain.Job) { j.Compiler = nil }, "no compiler to build with"},
		"another name":           {timeout(t), func(j *toolchain.Job) { j.Module = "other" }, `HarmonyOS looks the module "other" up as libother.so`},
		"no package":             {timeout(t), func(j *toolchain.Job) { j.Package = "./none" }, "build ./none for x86_64"},
		"an end":                 {ended, func(*toolchain.Job) {}, "context canceled"},
		"no module of an engine": {timeout(t), func(*toolchain.Job) {}, "export"},
	} {
		t.Run(name, func(t *testing.T) {
			j := good
			tc.with(&j)
			_, err := j.Build(tc.ctx)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
			var findings *toolchain.FindingsError
			if errors.As(err, &findings) != (tc.want == "export") {
				t.Errorf("error %#v", err)
			}
			if b, err := os.ReadFile(good.Out); err != nil || string(b) != before {
				t.Errorf("the output is %q, %v", b, err)
			}
		})
	}
}
