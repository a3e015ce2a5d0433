// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package elfcheck_test

import (
	"bytes"
	"errors"
	"fmt"
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
	mixed      = descriptor + "static __thread int s __attribute__((tls_model(\"initial-exec\"))); int *other(void) { return &s; }\n"
	none       = "int get(void) { return 7; }\n"
	trampoline = descriptor + `__asm__(".pushsection .note.GNU-stack,\"x\",@progbits\n.popsection");`
	written    = descriptor + "extern int there; __asm__(\".text\\n.quad there\");\n"
)

// compilers are the machine's C compilers by processor; both are glibc's.
var compilers = map[string]struct{ command, debian string }{
	"amd64": {"x86_64-linux-gnu-gcc", "gcc"},
	"arm64": {"aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"},
}

// compiler returns the compiler for a processor. Without one the test is
// skipped, or fails where PUSHPROOF_NATIVE is "required".
func compiler(t testing.TB, arch string) string {
	t.Helper()
	c := compilers[arch]
	path, err := exec.LookPath(c.command)
	switch {
	case err == nil && runtime.GOOS == "linux":
		return path
	case os.Getenv("PUSHPROOF_NATIVE") == "required":
		t.Fatalf("PUSHPROOF_NATIVE is required, and %s on linux is not there: %v", c.command, err)
	}
	t.Skipf("needs %s on linux: apt-get install %s", c.command, c.debian)
	return ""
}

// library compiles a library; nothing is linked in, so that the result needs
// nobody.
func library(t testing.TB, arch, source string, flags ...string) []byte {
	t.Helper()
	cc := compiler(t, arch)
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

// good are the options of a library that is right, by processor: as it stands,
// gcc for amd64 asks for storage by calls, and the linker for arm64 aligns by
// 64 KiB.
var good = map[string][]string{
	"amd64": {"-fPIC", "-mtls-dialect=gnu2", "-Wl,-soname,libx.so"},
	"arm64": {"-fPIC", "-Wl,-z,max-page-size=4096", "-Wl,-soname,libx.so"},
}

// but are the good options with more, which win.
func but(arch string, more ...string) []string { return append(slices.Clone(good[arch]), more...) }

func TestFindings(t *testing.T) {
	for _, tc := range []struct {
		name, arch, source string
		flags              []string
		nameless           bool
		want               elfcheck.Want
		ids                []string
		says               string
	}{
		{name: "nothing", source: descriptor, want: elfcheck.Want{Soname: "libx.so", Exports: []string{"get"}, Needed: []string{}}},
		{name: "static storage", arch: "amd64", source: descriptor, flags: []string{"-ftls-model=initial-exec"},
			ids: []string{"static-tls", "tls-relocation", "tlsdesc"}, says: "1 of R_X86_64_TPOFF64"},
		{name: "both kinds of storage", arch: "amd64", source: mixed, ids: []string{"static-tls", "tls-relocation"}, says: "1 of R_X86_64_TPOFF64"},
		// The linker for arm64 sets no flag: the relocation alone says it.
		{name: "static storage", arch: "arm64", source: descriptor, flags: []string{"-ftls-model=initial-exec"},
			ids: []string{"tls-relocation", "tlsdesc"}, says: "1 of R_AARCH64_TLS_TPREL64"},
		{name: "both kinds of storage", arch: "arm64", source: mixed, ids: []string{"tls-relocation"}, says: "1 of R_AARCH64_TLS_TPREL64"},
		{name: "no storage", source: none, ids: []string{"tlsdesc"}},
		{name: "two variables", source: two, ids: []string{"tlsdesc"}},
		{name: "no name", source: descriptor, nameless: true, ids: []string{"soname"}},
		{name: "another name", source: descriptor, want: elfcheck.Want{Soname: "liby.so"}, ids: []string{"soname"}},
		{name: "a missing export", source: descriptor, want: elfcheck.Want{Exports: []string{"get", "put"}}, ids: []string{"export"}},
		{name: "pages of 64 KiB", arch: "amd64", source: descriptor, flags: []string{"-Wl,-z,max-page-size=65536"},
			ids: []string{"segment", "segment", "segment", "segment"}},
		{name: "pages of 64 KiB", arch: "arm64", source: descriptor, flags: []string{"-Wl,-z,max-page-size=65536"},
			ids: []string{"segment", "segment"}},
		{name: "executable stack", source: descriptor, flags: []string{"-Wl,-z,execstack"}, ids: []string{"stack"}},
		{name: "an assembler file's stack", source: trampoline, ids: []string{"stack"}},
		{name: "code that is written to", source: written, flags: []string{"-Wl,-z,notext"}, ids: []string{"text-relocation"}},
	} {
		for arch := range compilers {
			if tc.arch != "" && tc.arch != arch {
				continue
			}
			t.Run(tc.name+" for "+arch, func(t *testing.T) {
				flags := but(arch, tc.flags...)
				if tc.nameless {
					flags = slices.DeleteFunc(flags, func(f string) bool { return strings.HasPrefix(f, "-Wl,-soname,") })
				}
				report, err := elfcheck.Check(bytes.NewReader(library(t, arch, tc.source, flags...)), tc.want)
				if err != nil {
					t.Fatal(err)
				}
				if report.Machine != arch {
					t.Errorf("it is for %s", report.Machine)
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
				if said := fmt.Sprint(report.Findings); !strings.Contains(said, tc.says) {
					t.Errorf("the findings do not say %q: %s", tc.says, said)
				}
			})
		}
	}
}

func TestNeeded(t *testing.T) {
	lib := library(t, "amd64", descriptor, but("amd64", "-Wl,--no-as-needed", "-lc")...)
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
			lib := library(t, "amd64", descriptor, good["amd64"]...)
			return lib[:len(lib)/2]
		}(),
		"a library without section headers": func() []byte {
			lib := bytes.Clone(library(t, "amd64", descriptor, good["amd64"]...))
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
	for arch, c := range compilers {
		if _, err := exec.LookPath(c.command); err == nil && runtime.GOOS == "linux" {
			f.Add(library(f, arch, descriptor, good[arch]...))
			f.Add(library(f, arch, descriptor, "-fPIC", "-ftls-model=initial-exec"))
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
