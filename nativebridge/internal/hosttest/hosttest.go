// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hosttest builds libraries of Go as HarmonyOS gets them, and opens
// them in programs of C, for tests: on this machine's own processor, and on
// HarmonyOS's other one by qemu.
//
// It guarantees that a library is built once per test program, that no program
// outlives its test or its time, and that what cannot be run here is skipped
// with what to install; where the environment has PUSHPROOF_NATIVE=required it
// fails instead. musl stands in for HarmonyOS's loader and C library, whose
// source it is (claim native.musl-stands-in).
package hosttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

// Missing ends a test for which the machine lacks something: it is skipped, or
// fails where nothing may be.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("PUSHPROOF_NATIVE") == "required" {
		t.Fatalf("PUSHPROOF_NATIVE is required, and "+format, args...)
	}
	t.Skipf(format, args...)
}

// Compiler returns the compiler for an ABI; without one the test ends.
func Compiler(t testing.TB, abi toolchain.ABI) *toolchain.Compiler {
	t.Helper()
	c, err := toolchain.Host{}.Find(abi)
	if err != nil {
		Missing(t, "%v", err)
	}
	return c
}

// Root returns the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var root = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			track(dir)
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("find go.mod: no folder above the test's own has it")
		}
		dir = up
	}
})

// track looks at every file that goes into a library. The go command notes what
// a test looks at, and would take a test for unchanged whose C file has changed,
// since it does not see what the compiler reads.
func track(root string) {
	for _, dir := range []string{"agent", "nativebridge"} {
		_ = filepath.WalkDir(filepath.Join(root, dir), func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if entry.IsDir() && slices.Contains([]string{"out", "node_modules"}, entry.Name()) {
				return filepath.SkipDir
			}
			if slices.Contains([]string{".go", ".c", ".h", ".S"}, filepath.Ext(path)) {
				_, _ = os.Stat(path)
			}
			return nil
		})
	}
}

// Work returns a folder that stays, for toolchain.Job.Work: that of the build
// command, so that what it compiled need not be compiled again.
func Work(t testing.TB) string {
	t.Helper()
	return filepath.Join(Root(t), "nativebridge", "out", "work")
}

// Machine is a kind of processor that programs can be run on.
type Machine struct {
	ABI      toolchain.ABI
	compiler *toolchain.Compiler
	// emulator begins each command; empty for this machine's own processor.
	emulator []string
}

// On returns the machine for one of HarmonyOS's ABIs; where programs for it
// cannot be made or run the test ends.
func On(t testing.TB, abi toolchain.ABI) *Machine {
	t.Helper()
	return OnBy(t, abi, toolchain.Host{})
}

// OnBy is On with the compiler that a host finds, which may hide some.
func OnBy(t testing.TB, abi toolchain.ABI, host toolchain.Host) *Machine {
	t.Helper()
	if runtime.GOOS != "linux" {
		Missing(t, "the programs of C need linux")
	}
	compiler, err := host.Find(abi)
	if err != nil {
		Missing(t, "%v", err)
	}
	m := &Machine{ABI: abi, compiler: compiler}
	names := map[toolchain.ABI]struct{ goarch, arch, debian string }{
		toolchain.ARM64: {"arm64", "aarch64", "arm64"}, toolchain.X8664: {"amd64", "x86_64", "amd64"},
	}
	of := names[abi]
	if loader := "/lib/ld-musl-" + of.arch + ".so.1"; !exists(loader) {
		Missing(t, "%s is not there: apt-get install musl:%s", loader, of.debian)
	}
	if of.goarch == runtime.GOARCH {
		return m
	}
	qemu, err := exec.LookPath("qemu-" + of.arch + "-static")
	if err != nil {
		Missing(t, "qemu-%s-static is not there: apt-get install qemu-user-static", of.arch)
	}
	m.emulator = []string{qemu}
	return m
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Each runs a test on both of HarmonyOS's machines.
func Each(t *testing.T, test func(t *testing.T, m *Machine)) {
	t.Helper()
	for _, abi := range []toolchain.ABI{toolchain.X8664, toolchain.ARM64} {
		t.Run(string(abi), func(t *testing.T) { test(t, On(t, abi)) })
	}
}

// Emulated tells whether an emulator runs the machine's programs.
func (m *Machine) Emulated() bool { return len(m.emulator) > 0 }
