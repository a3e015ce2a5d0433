// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// program is the built hdc-runner and what it says of its commands.
type program struct {
	commands []string          // "", "run", "push send", ...
	help     map[string]string // by command
}

func buildRunner(t *testing.T) program {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "hdc-runner.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/hdc-runner").CombinedOutput(); err != nil {
		t.Fatalf("build hdc-runner: %v\n%s", err, out)
	}
	p := program{help: map[string]string{}}
	var ask func(command string)
	ask = func(command string) {
		out, err := exec.CommandContext(t.Context(), binary, append(strings.Fields(command), "--help")...).CombinedOutput()
		if err != nil {
			t.Fatalf("hdc-runner %s --help: %v\n%s", command, err, out)
		}
		p.commands = append(p.commands, command)
		p.help[command] = string(out)
		for _, sub := range subcommands(string(out)) {
			ask(strings.TrimSpace(command + " " + sub))
		}
	}
	ask("")
	return p
}

var (
	commandList = regexp.MustCompile(`(?ms)^Available Commands:\n(.*?)\n(?:\n|$)`)
	commandName = regexp.MustCompile(`(?m)^  ([a-z][a-z0-9-]*) `)
)

// subcommands returns the names under "Available Commands:".
func subcommands(help string) []string {
	list := commandList.FindStringSubmatch(help + "\n")
	if list == nil {
		return nil
	}
	var names []string
	for _, name := range commandName.FindAllStringSubmatch(list[1], -1) {
		if name[1] != "help" {
			names = append(names, name[1])
		}
	}
	return names
}

// hasFlag reports whether a help text describes the flag, long or short.
func hasFlag(help, flag string) bool {
	return regexp.MustCompile(`(?m)^ +(-\w, )?` + regexp.QuoteMeta(flag) + `(,|\s|=|$)`).MatchString(help)
}

var plainWord = regexp.MustCompile(`^[a-z][a-z-]*$`)

// check checks the subcommand and the flags of a command line.
func (p program) check(args []string) error {
	command := ""
	for len(args) > 0 && plainWord.MatchString(args[0]) {
		next := strings.TrimSpace(command + " " + args[0])
		if !slices.Contains(p.commands, next) {
			if len(subcommands(p.help[command])) > 0 {
				return fmt.Errorf("hdc-runner has no command %q", next)
			}
			break
		}
		command, args = next, args[1:]
	}
	var wrong []error
	for _, arg := range args {
		flag, _, _ := strings.Cut(arg, "=")
		if len(flag) > 1 && flag[0] == '-' && !hasFlag(p.help[command], flag) {
			wrong = append(wrong, fmt.Errorf("%q has no flag %s", strings.TrimSpace("hdc-runner "+command), flag))
		}
	}
	return errors.Join(wrong...)
}
