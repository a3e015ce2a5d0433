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

	"github.com/google/go-cmp/cmp"
)

// env is an environment with OHOSLD_CC alone.
func env(cc string) func(string) string {
	return func(name string) string {
		if name == "OHOSLD_CC" {
			return cc
		}
		return ""
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLinkRefuses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := write(t, "go.o", strings.Repeat("text ", 50))
	for _, tc := range []struct {
		name, cc string
		args     []string
		want     string
	}{
		{"no compiler", "", []string{"x.o"}, "OHOSLD_CC is not set"},
		{"an open quotation mark", `"/opt/my cc`, []string{"x.o"}, "quotation mark"},
		{"itself", self, []string{"x.o"}, "OHOSLD_CC names ohosld itself"},
		{"a compiler that is not there", "no-such-cc -m64", []string{"x.o"}, "no-such-cc"},
		{"two objects of Go", "cc", []string{"a/go.o", "b/go.o"}, "more than one go.o"},
		{"an object that is none", "cc", []string{text}, "not an object that Go's linker wrote"},
		{"an object that is not there", "cc", []string{filepath.Join(t.TempDir(), "go.o")}, "read Go's object"},
		{"arguments that are not there", "cc", []string{"@no-such-file"}, "read the arguments in no-such-file"},
		{"arguments with an open quotation mark", "cc", []string{"@" + write(t, "response", `"x`)}, "quotation mark"},
		{"two objects, one among the arguments of a file", "cc", []string{"a/go.o", "@" + write(t, "response", `"b/go.o"`)}, "more than one go.o"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var errs bytes.Buffer
			err := link(tc.args, env(tc.cc), &errs)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one that says %q", err, tc.want)
			}
		})
	}
	if b, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(b), "text ") {
		t.Errorf("a refused object was written to: %v", err)
	}
}

// The compiler's own exit code is Go's only way to see that it failed.
func TestOtherCommandsAreHandedThrough(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh")
	}
	t.Setenv("OHOSLD_CC", sh+` -c 'test "$1" = trivial.c && exit 7' cc`)
	var out bytes.Buffer
	if code := run([]string{"trivial.c"}, &out, &out); code != 7 {
		t.Errorf("exit code %d, want the compiler's own: %s", code, &out)
	}
}

func TestSplit(t *testing.T) {
	for _, tc := range []struct {
		name, in          string
		command, response []string
	}{
		{"nothing", "", nil, nil},
		{"white space", " \t\n", nil, nil},
		{"words", " cc  -m64\t-O2 ", []string{"cc", "-m64", "-O2"}, []string{"cc", "-m64", "-O2"}},
		{"a folder with a space", `"/opt/my cc" -v`, []string{"/opt/my cc", "-v"}, []string{"/opt/my cc", "-v"}},
		{"single marks", `'a b' c`, []string{"a b", "c"}, []string{"a b", "c"}},
		{"an empty one", `"" x`, []string{"", "x"}, []string{"", "x"}},
		{"a backslash", `a\ b c`, []string{`a\`, "b", "c"}, []string{"a b", "c"}},
		{"Go's quoting", "\"-Wl,-z,now\"\n\"a\\\\b\\\"c\"\n", nil, []string{"-Wl,-z,now", `a\b"c`}},
		{"marks inside", `-D"x y"`, nil, []string{"-Dx y"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := splitResponse(tc.in)
			if diff := cmp.Diff(tc.response, got); err != nil || diff != "" {
				t.Errorf("response: %v (-want +got):\n%s", err, diff)
			}
			if tc.command == nil && strings.TrimSpace(tc.in) != "" {
				return
			}
			got, err = splitCommand(tc.in)
			if diff := cmp.Diff(tc.command, got); err != nil || diff != "" {
				t.Errorf("command: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`"a b" 'c' d\ e`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, split := range []func(string) ([]string, error){splitCommand, splitResponse} {
			fields, err := split(s)
			total := 0
			for _, field := range fields {
				total += len(field)
			}
			if err == nil && total > len(s) {
				t.Fatalf("%q has fewer bytes than its fields %q", s, fields)
			}
		}
	})
}
