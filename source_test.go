// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/pushproof/pushproof"

var update = flag.Bool("update", false, "write the golden files in docs/deps")

// source is a Go file of the repository.
type source struct {
	path   string // from the root, with slashes
	text   []byte
	syntax *ast.File
	fset   *token.FileSet
}

// folder is the package's folder, "." for the root.
func (s source) folder() string { return path.Dir(s.path) }

// test reports whether only tests see the file.
func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// position says where a node stands.
func (s source) position(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

// imports returns the paths that the file imports.
func (s source) imports() []string {
	var paths []string
	for _, spec := range s.syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, imported)
	}
	return paths
}

// names reports whether the file knows a package of one word by that name.
func (s source) names(pkg, name string) bool {
	for _, spec := range s.syntax.Imports {
		if spec.Path.Value == strconv.Quote(pkg) {
			return spec.Name == nil && name == pkg || spec.Name != nil && name == spec.Name.Name
		}
	}
	return false
}

// parseAll reads every Go file, for whichever system it is built.
var parseAll = sync.OnceValues(func() ([]source, error) {
	var sources []source
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != "." && (base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		sources = append(sources, source{filepath.ToSlash(name), text, syntax, fset})
		return nil
	})
	return sources, err
})

// goFiles returns every Go file of the repository.
func goFiles(t *testing.T) []source {
	t.Helper()
	sources, err := parseAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 20 {
		t.Fatalf("only %d Go files found: is the test run in the repository's root?", len(sources))
	}
	return sources
}
