// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package elfcheck_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/ohosld/elfcheck"
)

// What a C compiler makes of these stands for what Go's linker would: the
// descriptor of a thread-local variable, and the offset that musl refuses.
const (
	descriptor = "__attribute__((visibility(\"default\"))) int *get(void) { static __thread int v; return &v; }\n"
	two        = "static __thread int a; extern __thread int b; int *get(int x) { return x ? &a : &b; }\n"
	none       = "int get(void) { return 7; }\n"
	trampoline = descriptor + `__asm__(".pushsection .note.GNU-stack,\"x\",@progbits\n.popsection");`
	written    = descriptor + "extern int there; __asm__(\".text\\n.quad there\");\n"
)

// library compiles a library with the machine's C compiler, which is a glibc
// one for amd64; nothing is linked in, so that the result needs nobody.
func library(t testing.TB, source string, flags ...string) []byte {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("compiles libraries for linux/amd64 with the machine's own cc")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("needs a C compiler: apt-get install gcc")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "x.c"), filepath.Join(dir, "x.so")
	if err := os.WriteFile(in, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-shared", "-nostdlib", "-O1", "-o", out}, flags...)
	if said, err := exec.Command(cc, append(args, in)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, said)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var good = []string{"-fPIC", "-mtls-dialect=gnu2", "-Wl,-soname,libx.so"}

func TestFindings(t *testing.T) {
	for _, tc := range []struct {
		name   string
		source string
		flags  []string
		want   elfcheck.Want
		ids    []string
	}{
		{"nothing", descriptor, good, elfcheck.Want{Soname: "libx.so", Exports: []string{"get"}, Needed: []string{}}, nil},
		{"static storage", descriptor, append(slices.Clone(good), "-ftls-model=initial-exec"), elfcheck.Want{},
			[]string{"static-tls", "tls-relocation", "tlsdesc"}},
		{"no storage", none, good, elfcheck.Want{}, []string{"tlsdesc"}},
		{"two variables", two, good, elfcheck.Want{}, []string{"tlsdesc"}},
		{"no name", descriptor, good[:2], elfcheck.Want{}, []string{"soname"}},
		{"another name", descriptor, good, elfcheck.Want{Soname: "liby.so"}, []string{"soname"}},
		{"a missing export", descriptor, good, elfcheck.Want{Exports: []string{"get", "put"}}, []string{"export"}},
		{"pages of 64 KiB", descriptor, append(slices.Clone(good), "-Wl,-z,max-page-size=65536"), elfcheck.Want{},
			[]string{"segment", "segment", "segment", "segment"}},
		{"executable stack", descriptor, append(slices.Clone(good), "-Wl,-z,execstack"), elfcheck.Want{}, []string{"stack"}},
		{"an assembler file's stack", trampoline, good, elfcheck.Want{}, []string{"stack"}},
		{"code that is written to", written, append(slices.Clone(good), "-Wl,-z,notext"), elfcheck.Want{}, []string{"text-relocation"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			report, err := elfcheck.Check(bytes.NewReader(library(t, tc.source, tc.flags...)), tc.want)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, f := range report.Findings {
				ids = append(ids, f.ID)
				if f.What == "" || f.Why == "" || f.Do == "" {
					t.Errorf("%v explains too little", f)
				}
			}
			if !slices.Equal(ids, tc.ids) {
				t.Errorf("found %v, want %v\n%+v", ids, tc.ids, report.Findings)
			}
		})
	}
}

func TestNeeded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads this test's own program")
	}
	lib := library(t, descriptor, append(slices.Clone(good), "-Wl,--no-as-needed", "-lc")...)
	for _, tc := range []struct {
		name   string
		needed []string
		want   string
	}{
		{"glibc", nil, "that is glibc's"},
		{"glibc, though allowed", []string{"libc.so.6"}, "that is glibc's"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			report, err := elfcheck.Check(bytes.NewReader(lib), elfcheck.Want{Needed: tc.needed})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Findings) != 1 || !strings.Contains(report.Findings[0].String(), tc.want) {
				t.Errorf("findings %v, want one that says %q", report.Findings, tc.want)
			}
		})
	}
}

func TestOtherFilesAreNoLibraries(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing": nil,
		"text":    bytes.Repeat([]byte("text "), 100),
		"a library's first half": func() []byte {
			lib := library(t, descriptor, good...)
			return lib[:len(lib)/2]
		}(),
		"a library without section headers": func() []byte {
			lib := bytes.Clone(library(t, descriptor, good...))
			copy(lib[0x28:0x30], make([]byte, 8))
			copy(lib[0x3c:0x40], make([]byte, 4))
			return lib
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := elfcheck.Check(bytes.NewReader(b), elfcheck.Want{})
			var format *elfcheck.FormatError
			if !errors.As(err, &format) {
				t.Errorf("error %v, want a *FormatError", err)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		if _, err := exec.LookPath("cc"); err == nil {
			f.Add(library(f, descriptor, good...))
			f.Add(library(f, descriptor, "-fPIC", "-ftls-model=initial-exec"))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		report, err := elfcheck.Check(bytes.NewReader(b), elfcheck.Want{})
		var format *elfcheck.FormatError
		if (report == nil) != (err != nil) || err != nil && !errors.As(err, &format) {
			t.Fatalf("report %v, error %v", report, err)
		}
	})
}
