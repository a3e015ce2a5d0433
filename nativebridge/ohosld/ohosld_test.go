// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// asWrapper makes this test's own program behave as ohosld.
const asWrapper = "OHOSLD_TEST_AS_WRAPPER"

func TestMain(m *testing.M) {
	if os.Getenv(asWrapper) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// muslGCC returns the compiler whose libraries a musl system opens, or skips.
// Where PUSHPROOF_NATIVE is "required" nothing may be skipped.
func muslGCC(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("musl-gcc")
	switch {
	case err == nil && runtime.GOOS == "linux" && runtime.GOARCH == "amd64":
		return path
	case os.Getenv("PUSHPROOF_NATIVE") == "required":
		t.Fatalf("musl-gcc on linux/amd64 is required: %v", err)
	}
	t.Skip("needs musl-gcc on linux/amd64: apt-get install musl-tools")
	return ""
}

// goBuild builds testdata/golib as a library, with this program as Go's
// external linker if env names OHOSLD_CC.
func goBuild(t *testing.T, cc string, env ...string) (lib, said string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lib = filepath.Join(t.TempDir(), "libgolib.so")
	flags := "-linkmode=external"
	if len(env) > 0 {
		flags += " -extld=" + self
	}
	// Not -a: what the runtime was compiled to is the same with every linker.
	cmd := exec.Command("go", "build", "-trimpath", "-buildmode=c-shared", "-o", lib,
		"-ldflags="+flags+" -extldflags=-Wl,-soname,libgolib.so", "./testdata/golib")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS=linux", "GOARCH=amd64", "CC="+cc, asWrapper+"=1")
	cmd.Env = append(cmd.Env, env...)
	b, err := cmd.CombinedOutput()
	return lib, string(b), err
}

func TestMuslOpensWhatIsLinked(t *testing.T) {
	cc := muslGCC(t)
	host := filepath.Join(t.TempDir(), "host")
	if said, err := exec.Command(cc, "-O1", "-o", host, "testdata/host.c").CombinedOutput(); err != nil {
		t.Fatalf("compile the host: %v\n%s", err, said)
	}
	open := func(lib string) (string, error) {
		cmd := exec.Command(host, lib)
		cmd.Env = append(os.Environ(), "OHOSLD_MARK=here")
		b, err := cmd.CombinedOutput()
		return string(b), err
	}

	t.Run("without ohosld it refuses", func(t *testing.T) {
		lib, said, err := goBuild(t, cc)
		if err != nil {
			t.Fatalf("build: %v\n%s", err, said)
		}
		said, err = open(lib)
		if err == nil || !strings.Contains(said, "initial-exec TLS resolves to dynamic definition") {
			t.Errorf("%v: %s", err, said)
		}
		var out, errs bytes.Buffer
		if code := run([]string{"check", lib}, &out, &errs); code != exitFindings || !strings.Contains(out.String(), "FINDING  static-tls") {
			t.Errorf("check: exit code %d\n%s%s", code, &out, &errs)
		}
	})
	t.Run("with ohosld it runs", func(t *testing.T) {
		lib, said, err := goBuild(t, cc, "OHOSLD_CC="+cc, "OHOSLD_V=1")
		if err != nil || !strings.Contains(said, "accesses to thread-local storage") {
			t.Fatalf("build: %v\n%s", err, said)
		}
		said, err = open(lib)
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		want := []string{`args=["app"] mark=here page=`, "work 624750\n", strings.Repeat("thread 551725\n", 8)}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("the host says no %q:\n%s", w, said)
			}
		}
		var out, errs bytes.Buffer
		args := []string{"check", "--json", "--soname", "libgolib.so", "--export", "GoAdd,GoWork", "--needed", "libc.so", lib}
		if code := run(args, &out, &errs); code != exitOK {
			t.Errorf("check: exit code %d\n%s%s", code, &out, &errs)
		}
		whole := bytes.Clone(out.Bytes())
		out.Reset()
		if code := run([]string{"check", "--export", "GoWork", lib}, &out, &errs); code != exitOK {
			t.Errorf("check: exit code %d\n%s%s", code, &out, &errs)
		}
		if text := out.String(); !strings.Contains(text, ": GoWork GoAdd GoStart") || !strings.Contains(text, "more by --json") || strings.Contains(text, "_cgo") {
			t.Errorf("the exports are not summed up:\n%s", text)
		}
		var report struct {
			File           string
			TLSDescriptors int
			Exports        []string
			Findings       []any
		}
		if err := json.Unmarshal(whole, &report); err != nil || report.File != lib || report.TLSDescriptors != 1 || len(report.Exports) < 20 {
			t.Errorf("report %+v, error %v", report, err)
		}
	})
}

// A program is no bug of ohosld's: it says what to build instead.
func TestProgramsAreNotLinked(t *testing.T) {
	cc := muslGCC(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"exe", "pie"} {
		cmd := exec.Command("go", "build", "-trimpath", "-buildmode="+mode, "-o", filepath.Join(t.TempDir(), "golib"),
			"-ldflags=-linkmode=external -extld="+self, "./testdata/golib")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS=linux", "GOARCH=amd64", "CC="+cc, asWrapper+"=1", "OHOSLD_CC="+cc)
		said, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(said), "build with -buildmode=c-shared") || strings.Contains(string(said), "Report this line") {
			t.Errorf("%s: %v\n%s", mode, err, said)
		}
	}
}

func TestUsage(t *testing.T) {
	golib, err := filepath.Abs("testdata/host.c")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OHOSLD_CC", "")
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nothing", nil, exitUsage, "As Go's external linker"},
		{"help", []string{"--help"}, exitOK, "ohosld check"},
		{"version", []string{"version"}, exitOK, "ohosld "},
		{"no compiler", []string{"-m64", "-o", "x.so", "go.o"}, exitUsage, "OHOSLD_CC is not set"},
		{"check nothing", []string{"check"}, exitUsage, "ohosld check FILE.so"},
		{"check what is not there", []string{"check", "no.so"}, exitUsage, "no.so"},
		{"check a text", []string{"check", golib}, exitUsage, "not a shared library"},
		{"check with a flag that is none", []string{"check", "--fast"}, exitUsage, "-fast"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(tc.args, &out, &out); code != tc.code || !strings.Contains(out.String(), tc.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, tc.code, tc.want, &out)
			}
		})
	}
}
