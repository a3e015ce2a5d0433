// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestCommandsInDocsExist(t *testing.T) {
	runner := buildRunner(t)
	found := 0
	for _, p := range pages(t) {
		for _, command := range p.commands() {
			known, err := checkCommand(runner, command.text)
			if err != nil {
				t.Errorf("%s:%d: %s: %v", p.path, command.line, command.text, err)
			}
			if known {
				found++
			}
		}
		for _, s := range p.spans {
			first, _, _ := strings.Cut(s.text, " ")
			flag, _, _ := strings.Cut(first, "=")
			if len(flag) > 2 && strings.HasPrefix(flag, "--") && !slices.ContainsFunc(runner.commands, func(c string) bool { return hasFlag(runner.help[c], flag) }) {
				t.Errorf("%s:%d: no command has the flag %s", p.path, s.line, flag)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d commands found in the docs", found)
	}
}

// commands returns what a reader may type, a line each.
func (p page) commands() []span {
	all := slices.Clone(p.spans)
	for _, b := range p.blocks {
		if !slices.Contains([]string{"sh", "bash", "console"}, b.language) {
			continue
		}
		joined := ""
		for _, line := range b.lines {
			text := line.text
			if rest, typed := strings.CutPrefix(text, "$ "); typed {
				text = rest
			} else if b.language == "console" && joined == "" {
				continue // output
			}
			if head, more := strings.CutSuffix(text, "\\"); more {
				joined += head
				continue
			}
			all = append(all, span{joined + withoutComment("sh", text), line.line})
			joined = ""
		}
	}
	var split []span
	for _, line := range all {
		for part := range strings.FieldsFuncSeq(line.text, func(r rune) bool { return r == '|' || r == ';' || r == '&' }) {
			split = append(split, span{strings.TrimSpace(part), line.line})
		}
	}
	return split
}

var assignment = regexp.MustCompile(`^[A-Z_]+=`)

// checkCommand looks at commands of this repository, and says whether it knew
// the command at all.
func checkCommand(runner program, command string) (known bool, err error) {
	words := strings.Fields(command)
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return false, nil
	case words[0] == "hdc-runner" || words[0] == "./hdc-runner":
		return true, runner.check(words[1:])
	case words[0] == "bash" && len(words) > 1:
		_, err := os.Stat(words[1])
		return true, err
	case words[0] != "go" || len(words) < 2:
		return false, nil
	case words[1] == "run" && len(words) > 2 && path.Base(strings.Split(words[2], "@")[0]) == "hdc-runner":
		if err := runner.check(words[3:]); err != nil {
			return true, err
		}
		return true, folderExists(words[2])
	case slices.Contains([]string{"build", "install", "list", "run", "test", "vet"}, words[1]):
		return true, checkGo(words[2:])
	}
	return false, nil
}

// checkGo checks that the folders and functions in the go command's arguments
// exist.
func checkGo(args []string) error {
	var folders []string
	for _, arg := range args {
		if arg == "." || strings.HasPrefix(arg, "./") {
			folders = append(folders, arg)
			if err := folderExists(arg); err != nil {
				return err
			}
		}
	}
	for i, arg := range args[:max(len(args)-1, 0)] {
		prefix := map[string]string{"-fuzz": "Fuzz", "-bench": "Benchmark", "-run": "(Test|Fuzz|Example)"}[arg]
		pattern := strings.Trim(args[i+1], `'"`)
		if prefix == "" || pattern == "^$" {
			continue
		}
		if err := functionExists(folders, prefix, pattern); err != nil {
			return err
		}
	}
	return nil
}

func folderExists(arg string) error {
	arg, ours := strings.CutPrefix(arg, module+"/")
	if arg != "." && !ours && !strings.HasPrefix(arg, "./") {
		return nil
	}
	arg = strings.TrimSuffix(strings.Split(arg, "@")[0], "...")
	_, err := os.Stat(filepath.FromSlash(path.Clean(arg)))
	return err
}

// functionExists looks for a test function of that kind whose name matches, as
// the go command does.
func functionExists(folders []string, prefix, pattern string) error {
	matching, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	declared := regexp.MustCompile(`(?m)^func (` + prefix + `\w*)\(`)
	for _, folder := range folders {
		root, below := strings.CutSuffix(folder, "...")
		found := false
		err := filepath.WalkDir(filepath.FromSlash(path.Clean(root)), func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && !below && path.Clean(filepath.ToSlash(name)) != path.Clean(root):
				return filepath.SkipDir
			case !strings.HasSuffix(name, "_test.go"):
				return nil
			}
			text, err := os.ReadFile(name)
			for _, f := range declared.FindAllSubmatch(text, -1) {
				found = found || matching.Match(f[1])
			}
			return err
		})
		if err != nil {
			return err
		}
		if found {
			return nil
		}
	}
	return fmt.Errorf("no %s function there matches %s", prefix, pattern)
}

func TestWrongCommandsAreFound(t *testing.T) {
	runner := program{
		commands: []string{"", "run", "push", "push send"},
		help: map[string]string{
			"":          "Available Commands:\n  help   Help\n  push   Send\n  run    Run\n\nFlags:\n  -h, --help   help\n",
			"run":       "Flags:\n      --bundle NAME   the app\n  -v, --verbose       more\n",
			"push":      "Available Commands:\n  send   Send\n",
			"push send": "Flags:\n      --target string   device\n",
		},
	}
	if got := subcommands(runner.help[""]); !slices.Equal(got, []string{"push", "run"}) {
		t.Fatalf("subcommands %v", got)
	}
	for command, right := range map[string]bool{
		"go run ./cmd/hdc-runner run":                          true,
		"hdc-runner run --bundle com.example.app -v":           true,
		"PUSHPROOF_BUNDLE=a hdc-runner run":                    true,
		"hdc-runner push send --target=X message.json":         true,
		"hdc-runner push send message":                         true,
		"hdc-runner runs":                                      false,
		"hdc-runner push read":                                 false,
		"hdc-runner run --bundel com.example.app":              false,
		"hdc-runner push send -v":                              false,
		"go test -race ./...":                                  true,
		"go test ./agent/wire -fuzz FuzzDecode":                true,
		"go test ./agent/... -run '^$' -fuzz FuzzDecode":       true,
		"go test ./agent/wire -fuzz FuzzNothing":               false,
		"go test ./agent -fuzz FuzzDecode":                     false,
		"go test ./nowhere/...":                                false,
		"go vet " + "./agent/nowhere":                          false,
		"bash .ci/run":                                         true,
		"bash .ci/walk":                                        false,
		"go run " + module + "/cmd/hdc-runner@latest run --no": false,
	} {
		known, err := checkCommand(runner, command)
		if strings.Contains(command, "cmd/hdc-runner") && errors.Is(err, fs.ErrNotExist) {
			err = nil // the folder is another test's matter
		}
		if !known || (err == nil) != right {
			t.Errorf("%s: known %v, %v", command, known, err)
		}
	}
	for _, command := range []string{"", "curl --cacert ca.pem", "git clone x", "go version", "A=b"} {
		if known, err := checkCommand(runner, command); known || err != nil {
			t.Errorf("%s: known %v, %v", command, known, err)
		}
	}
}
