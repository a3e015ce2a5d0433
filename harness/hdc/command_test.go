// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestQuotesAreOneWord(t *testing.T) {
	for arg, want := range map[string]string{
		"aa":           "aa",
		"a b":          "'a b'",
		"":             "''",
		"it's":         `'it'\''s'`,
		"$(reboot)":    "'$(reboot)'",
		"a;b|c&d`e`":   "'a;b|c&d`e`'",
		"-n":           "-n",
		"/data/x.json": "/data/x.json",
		"你好":           "'你好'",
		`\`:            `'\'`,
		"~":            "'~'",
	} {
		if got := hdc.Quote(arg); got != want {
			t.Errorf("%s: %s, want %s", arg, got, want)
		}
	}
}

func TestFirstWordIsAProgram(t *testing.T) {
	for first, want := range map[string]string{"if": "'if' if", "done": "'done' if", "ls": "ls if", "time": "time if"} {
		cmd := hdc.Cmd(first, "if")
		if got := hdc.LineOf(cmd); got != want || cmd.String() != want {
			t.Errorf("%s: %s, shown as %s, want %s", first, got, cmd, want)
		}
	}
}

func TestRawIsParsedApart(t *testing.T) {
	for line, want := range map[string]string{
		"ls":            "eval ls",
		"echo a # c":    "eval 'echo a # c'",
		"echo 'a; b'":   `eval 'echo '\''a; b'\'''`,
		"-x":            "eval ' -x'",
		"( echo a; b )": "eval '( echo a; b )'",
	} {
		cmd := hdc.Raw(line)
		if got := hdc.LineOf(cmd); got != want || cmd.String() != line {
			t.Errorf("%s: %s, shown as %s, want %s", line, got, cmd, want)
		}
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	const secret = "s3cr3t"
	cmd := hdc.Cmd("aa", "start", "--ps", "pushproof.session", hdc.Secret(secret))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "command", cmd, "secret", hdc.Secret(secret))
	marshalled, err := json.Marshal(struct {
		Secret  hdc.Secret
		Command hdc.Command
	}{hdc.Secret(secret), cmd})
	if err != nil {
		t.Fatal(err)
	}
	lost := &hdc.LostError{Command: cmd.String(), Err: errors.New("x")}
	for _, text := range []string{
		fmt.Sprint(cmd), fmt.Sprintf("%+v %#v %s %q", cmd, cmd, cmd, cmd),
		fmt.Sprintf("%v %s %x %q %#v", hdc.Secret(secret), hdc.Secret(secret), hdc.Secret(secret), hdc.Secret(secret), hdc.Secret(secret)),
		log.String(), string(marshalled), lost.Error(),
	} {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("the secret shows in %s", text)
		}
	}
	if !strings.Contains(cmd.String(), "aa start --ps pushproof.session REDACTED") {
		t.Errorf("%s", cmd)
	}
}

func TestNamesOfCommandsStandInErrors(t *testing.T) {
	const line, name = "param get a;param get b", "param get of two"
	s, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if strings.HasPrefix(p.Command, "shell") {
			return hdcd.Drop
		}
		return hdcd.None
	}}, echoes)
	cmd := hdc.Raw(line).Named(name)
	if cmd.String() != line {
		t.Errorf("the line is shown as %q", cmd)
	}
	var lost *hdc.LostError
	if _, err := c.Shell(t.Context(), key, cmd); !errors.As(err, &lost) || lost.Command != name {
		t.Errorf("a command on %s: %v", s.Addr(), err)
	}
	if _, err := c.Stream(patient(t), key, cmd, func([]byte) error { return nil }); !errors.As(err, &lost) || lost.Command != name {
		t.Errorf("a stream: %v", err)
	}
}

func TestWhatCannotBeSentIsRefusedUnsent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	tests := []struct {
		name string
		key  string
		cmd  hdc.Command
	}{
		{"no command", key, hdc.Command{}},
		{"an empty line", key, hdc.Raw("  ")},
		{"a NUL", key, hdc.Cmd("echo", "a\x00b")},
		{"a line break", key, hdc.Raw("echo a\nb")},
		{"a secret line break", key, hdc.Cmd("echo", hdc.Secret("s3cr3t\n"))},
		{"another type", key, hdc.Cmd("echo", 1.5)},
		{"too long", key, hdc.Cmd("echo", strings.Repeat("a", 128<<10))},
		{"no key", "", hdc.Cmd("true")},
		{"a long key", strings.Repeat("k", 32), hdc.Cmd("true")},
		{"a key with a space", "a b", hdc.Cmd("true")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := c.Shell(t.Context(), test.key, test.cmd)
			var argument *hdc.ArgumentError
			if !errors.As(err, &argument) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%v, want an *ArgumentError", err)
			}
		})
	}
	for _, ports := range [][2]int{{0, 8080}, {8080, 0}, {65536, 8080}, {-1, 8080}} {
		var argument *hdc.ArgumentError
		if _, err := c.Reverse(t.Context(), key, ports[0], ports[1]); !errors.As(err, &argument) {
			t.Errorf("%v: %v, want an *ArgumentError", ports, err)
		}
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"com.example.app": true, "com.example_1.App2": true, "a.b": true,
		"": false, "example": false, "com.example;ls": false, "com.example app": false, "com..app": false,
		"1com.example": false, "com.$(ls)": false, "com.example.": false, "com.a\nb": false,
		"com." + strings.Repeat("a", 124): true, "com." + strings.Repeat("a", 125): false,
	} {
		if err := hdc.CheckBundle(name); (err == nil) != ok {
			t.Errorf("bundle %q: %v", name, err)
		}
	}
	for name, ok := range map[string]bool{"EntryAbility": true, "com.a.Main": true, "entry": true, "": false, "a b": false, "-D": false, "a;b": false} {
		if err := hdc.CheckAbility(name); (err == nil) != ok {
			t.Errorf("ability %q: %v", name, err)
		}
	}
}
