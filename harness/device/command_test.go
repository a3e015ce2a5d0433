// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

// That nothing else is sent is a test of the whole repository.
func TestEveryRowIsSent(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				named[strings.Trim(lit.Value, `"`)] = true
			}
			return true
		})
	}
	for _, row := range fixtures.DeviceCommands() {
		if !named[row.Name] {
			t.Errorf("nothing in this package sends %s", row.Name)
		}
	}
}

func TestCommand(t *testing.T) {
	if got := device.Command("uitest.click", map[string]string{"x": "3", "y": "4"}).String(); got != "uitest uiInput click 3 4" {
		t.Errorf("command %q", got)
	}
	if got := device.Command("bm.dump", map[string]string{"bundle": "a b;c"}).String(); got != "bm dump -n 'a b;c'" {
		t.Errorf("command %q: an argument is one word", got)
	}
	for name, args := range map[string]map[string]string{
		"no.such-row":  nil,
		"uitest.click": {"x": "3"},
		"bm.dump":      {"bundle": "b", "user": "100"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("command(%q, %v) did not panic", name, args)
				}
			}()
			device.Command(name, args)
		})
	}
}
