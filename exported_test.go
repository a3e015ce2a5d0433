// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, file := range goFiles(t) {
		if file.test() {
			continue
		}
		for _, name := range undocumented(file.syntax) {
			t.Errorf("%s: %s has no comment: say what it promises", file.position(name), name.Name)
		}
	}
}

// undocumented returns the exported names of a file that have no comment:
// functions, types, the methods of exported types and of interfaces, constants
// and variables, which may share the comment of their group. Fields of structs
// may speak for themselves.
func undocumented(file *ast.File) (names []*ast.Ident) {
	note := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		if name.IsExported() && !slices.ContainsFunc(docs, func(d *ast.CommentGroup) bool { return d.Text() != "" }) {
			names = append(names, name)
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil || ast.IsExported(receiver(decl)) {
				note(decl.Name, decl.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					// A group of types is no subject: each has its own comment.
					if note(spec.Name, spec.Doc, spec.Comment, single(decl)); !spec.Name.IsExported() {
						continue
					}
					if methods, ok := spec.Type.(*ast.InterfaceType); ok {
						for _, m := range methods.Methods.List {
							for _, name := range m.Names {
								note(name, m.Doc, m.Comment)
							}
						}
					}
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						note(name, spec.Doc, spec.Comment, decl.Doc)
					}
				}
			}
		}
	}
	return names
}

// single returns the comment of a declaration that declares one thing.
func single(decl *ast.GenDecl) *ast.CommentGroup {
	if len(decl.Specs) == 1 {
		return decl.Doc
	}
	return nil
}

// receiver returns the name of the type that has the method.
func receiver(f *ast.FuncDecl) (name string) {
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if ident, ok := n.(*ast.Ident); ok && name == "" {
			name = ident.Name
		}
		return name == ""
	})
	return name
}

func TestUndocumentedNamesAreFound(t *testing.T) {
	const text = `package p

type Bare struct{}

// Told is told.
type Told[T any] struct{}

func (Bare) Method() {}
func (*Told[T]) Other() {}
func (hidden) Silent() {}
func Function() {}
func function() {}

// Known is known.
func Known() {}

type (
	// A is one.
	A int
	B int
)

// Of a group.
const (
	C = 1
	D = 2
)

var (
	E int
	F int // F is so long.
	g int
)

// Face has methods.
type Face interface {
	error
	// Said says.
	Said()
	Unsaid()
}

type hidden interface{ Quiet() }
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range undocumented(file) {
		got = append(got, name.Name)
	}
	if diff := cmp.Diff([]string{"Bare", "Method", "Other", "Function", "B", "E", "Unsaid"}, got); diff != "" {
		t.Errorf("names without a comment (-want +got):\n%s", diff)
	}
}
