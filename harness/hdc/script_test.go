// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// byShell runs what arrives by the shell of this machine.
func byShell(t *testing.T) *hdc.Client {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell on this machine")
	}
	_, c := simulate(t, hdcd.Options{}, func(ctx context.Context, command string, out io.Writer) int {
		cmd := exec.CommandContext(ctx, sh, "-c", command)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Error(err)
		}
		return cmd.ProcessState.ExitCode()
	})
	return c
}

func TestScript(t *testing.T) {
	c := byShell(t)
	tests := map[string]struct {
		script, output string
		exit           int
	}{
		"one line":     {"echo a", "a\n", 0},
		"state":        {"a='x y'\nb=2\necho \"$a\" $b\n", "x y 2\n", 0},
		"construct":    {"# begins\nif true\nthen\n\tprintf '%s\\n' \"it's\" 'a\\b'\nfi\n# ends", "it's\na\\b\n", 0},
		"digits":       {"echo a\n0; echo b\n7=7\n", "", 127},
		"status":       {"false\nexit 7\necho no", "", 7},
		"last status":  {"true\nfalse\r\n", "", 1},
		"bytes":        {"printf '%s' 'ü%\x01\t\"$`'", "ü%\x01\t\"$`", 0},
		"quoted lines": {"printf '%s' 'a\n12\n'", "a\n12\n", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := c.Shell(t.Context(), key, hdc.Script(test.script))
			if err != nil {
				t.Fatal(err)
			}
			if got.Exit != test.exit || test.output != "" && string(got.Output) != test.output {
				t.Errorf("%q, exit %d, want %q, exit %d", got.Output, got.Exit, test.output, test.exit)
			}
		})
	}
}

func TestScriptsThatCannotBeSent(t *testing.T) {
	_, c := simulate(t, hdcd.Options{}, echoes)
	for _, script := range []string{"", " \n", "a\x00b", strings.Repeat("echo a\n", 20_000)} {
		if got, err := c.Shell(t.Context(), key, hdc.Script(script)); err == nil {
			t.Errorf("%.10q: %.20q", script, got.Output)
		}
	}
	if shown := hdc.Script("echo a\n").String(); shown != "script of 7 bytes" {
		t.Errorf("it shows %q", shown)
	}
}

func FuzzScript(f *testing.F) {
	for _, script := range []string{"echo a", "a\nb", "'\\012'", "\x01\x00", "ü\n7", "\\0\n0'"} {
		f.Add(script)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("no shell on this machine")
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := hdc.LineOf(hdc.Script(text))
		if line == "" {
			return
		}
		if strings.ContainsAny(line, "\x00\r\n") {
			t.Fatalf("%q cannot be sent", line)
		}
		// What eval would get is the script; the shell's $( ) takes line ends at the end.
		got, err := exec.CommandContext(t.Context(), sh, "-c", strings.Replace(line, "eval ", "printf %s ", 1)).Output()
		want := []byte(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q arrives as %q, %v", want, got, err)
		}
	})
}

// FuzzRaw wants the sentinel whatever a line holds, and eval to get the line.
func FuzzRaw(f *testing.F) {
	for _, line := range []string{"echo a # c", "if", "(echo", "a'b", `\`, "-n", ") & (", "$(", "`", "cat <<E", "}"} {
		f.Add(line)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("no shell on this machine")
	}
	f.Fuzz(func(t *testing.T, line string) {
		text := hdc.LineOf(hdc.Raw(line))
		if text == "" {
			return
		}
		wrapped, mark := hdc.Wrap(strings.Replace(text, "eval ", "printf %s ", 1))
		got, err := exec.CommandContext(t.Context(), sh, "-c", wrapped).Output()
		start, exit, found := hdc.Finder(mark)(got)
		if err != nil || !found || exit != 0 || strings.TrimPrefix(string(got[:start]), " ") != strings.TrimPrefix(line, " ") {
			t.Errorf("%q arrives as %q, %v", line, got, err)
		}
	})
}
