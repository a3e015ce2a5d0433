// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// commandHomes are where commands for a device's shell are made of something
// else than rows of fixtures/commands, and why.
var commandHomes = map[string]string{
	"harness/hdc":                            "it is the client, and what it asks of a device is its protocol's",
	"harness/device/command.go":              "it makes the rows' commands",
	"harness/probe":                          "a claim's own command is the data",
	"cmd/hdc-runner/internal/cli/shell.go":   "the command is the user's",
	"cmd/hdc-runner/internal/cli/shellin.go": "the commands are the user's",
}

// Each other command that reaches a device is a row with its source, its claim
// and what the device needs for it.
func TestEveryDeviceCommandIsARow(t *testing.T) {
	used := map[string]bool{}
	for _, file := range goFiles(t) {
		if file.test() || !strings.HasPrefix(file.path, "harness/") && !strings.HasPrefix(file.path, "cmd/") {
			continue
		}
		for _, made := range commandsMade(file) {
			home := file.path
			if commandHomes[file.folder()] != "" {
				home = file.folder()
			}
			if used[home] = true; commandHomes[home] == "" {
				t.Errorf("%s: a command of its own: use a row of fixtures/commands, by harness/device", file.position(made))
			}
		}
	}
	for home, why := range commandHomes {
		if !used[home] {
			t.Errorf("%s makes no commands any more (%q): strike it off", home, why)
		}
	}
}

// commandsMade returns where a file makes an hdc.Command.
func commandsMade(file source) []ast.Node {
	const client = module + "/harness/hdc"
	makers := []string{"Cmd", "Raw", "Script"}
	if file.folder() == "harness/hdc" {
		var found []ast.Node
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && slices.Contains(makers, f.Name.Name) {
				found = append(found, n)
			}
			return true
		})
		return found
	}
	name := ""
	for _, spec := range file.syntax.Imports {
		if imported, _ := strconv.Unquote(spec.Path.Value); imported == client {
			if name = path.Base(client); spec.Name != nil {
				name = spec.Name.Name
			}
		}
	}
	var found []ast.Node
	ast.Inspect(file.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if from, ok := n.X.(*ast.Ident); ok && name != "" && from.Name == name && slices.Contains(makers, n.Sel.Name) {
				found = append(found, n)
			}
		case *ast.Ident:
			if name == "." && slices.Contains(makers, n.Name) {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}

func TestMadeCommandsAreFound(t *testing.T) {
	const client = `"` + module + `/harness/hdc"`
	for text, want := range map[string]int{
		"import " + client + "\nvar _ = hdc.Cmd(`ls`)":                       1,
		"import " + client + "\nvar make = hdc.Raw":                          1,
		"import h " + client + "\nvar _, _ = h.Script(``), hdc.Cmd(``)":      1,
		"import . " + client + "\nvar _ = Raw(``)":                           1,
		"import " + client + "\nvar _ hdc.Command":                           0,
		"import `other/hdc`\nvar _ = hdc.Cmd(``)":                            0,
		"import " + client + "\nfunc f(hdc string) { var Cmd int; _ = Cmd }": 0,
	} {
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, "a.go", "package a\n"+text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if found := commandsMade(source{path: "harness/a/a.go", syntax: syntax, fset: fset}); len(found) != want {
			t.Errorf("%d found in:\n%s", len(found), text)
		}
	}
}
