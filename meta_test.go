// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"bytes"
	"go/ast"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	comments := map[string][]string{}
	names := map[string]string{}
	for _, file := range goFiles(t) {
		if file.test() {
			continue
		}
		names[file.folder()] = file.syntax.Name.Name
		if file.syntax.Doc != nil {
			comments[file.folder()] = append(comments[file.folder()], file.syntax.Doc.Text())
		}
	}
	for folder, name := range names {
		switch said := comments[folder]; {
		case len(said) == 0:
			t.Errorf("%s: package %s has no comment: say what it guarantees and what it does not", folder, name)
		case len(said) > 1:
			t.Errorf("%s: package %s has comments in %d files: keep one", folder, name, len(said))
		case name == "main":
			if command := folder[strings.LastIndex(folder, "/")+1:]; !strings.HasPrefix(said[0], "Command "+command+" ") && !strings.HasPrefix(said[0], "Package main ") {
				t.Errorf("%s: begin the comment with %q", folder, "Command "+command)
			}
		case !strings.HasPrefix(said[0], "Package "+name+" "):
			t.Errorf("%s: begin the comment with %q", folder, "Package "+name)
		}
	}
}

func TestEveryFileHasItsLicence(t *testing.T) {
	licence := []byte("// Copyright The Pushproof Authors.\n// SPDX-License-Identifier: Apache-2.0\n\n")
	for _, file := range goFiles(t) {
		if !bytes.HasPrefix(file.text, licence) {
			t.Errorf("%s: begin with these two lines and an empty one:\n%s", file.path, licence)
		}
	}
}

func TestFilesHaveOneSubject(t *testing.T) {
	const most = 350
	for _, file := range goFiles(t) {
		if lines := bytes.Count(file.text, []byte("\n")); lines > most {
			t.Errorf("%s: %d lines, above %d: it holds two subjects", file.path, lines, most)
		}
	}
}

func TestNoTestSleeps(t *testing.T) {
	for _, file := range goFiles(t) {
		if !file.test() {
			continue
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "Sleep" {
				return true
			}
			if from, ok := call.X.(*ast.Ident); ok && file.names("time", from.Name) {
				t.Errorf("%s: the test sleeps: wait for the event", file.position(n))
			}
			return true
		})
	}
}

func TestTLSIsAlwaysVerified(t *testing.T) {
	for _, file := range goFiles(t) {
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && name.Name == "InsecureSkipVerify" {
				t.Errorf("%s: give the client the server's CA", file.position(n))
			}
			return true
		})
	}
}
