// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What docs/troubleshooting.md quotes on the left stands in the code or in the
// data from which the programs make their messages, or nobody would find it.
func TestSymptomsAreWhatTheProgramsSay(t *testing.T) {
	const page = "docs/troubleshooting.md"
	text, err := os.ReadFile(filepath.FromSlash(page))
	if err != nil {
		t.Fatal(err)
	}
	said := messages(t)
	found := 0
	for _, symptom := range symptoms(string(text)) {
		found++
		if !slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, symptom) }) {
			t.Errorf("%s: no program says %q", page, symptom)
		}
	}
	if found < 20 {
		t.Errorf("%s: only %d symptoms found", page, found)
	}
}

var firstCell = regexp.MustCompile(`(?m)^\| ([^|]*) \|`)

// symptoms returns the code in the first cells of a page's tables, up to
// "Building and testing", where it is Go's.
func symptoms(page string) []string {
	page, _, _ = strings.Cut(page, "\n## Building and testing")
	var all []string
	for _, cell := range firstCell.FindAllStringSubmatch(page, -1) {
		for _, code := range codeSpan.FindAllStringSubmatch(cell[1], -1) {
			all = append(all, madeOf(code[1])...)
		}
	}
	return all
}

// madeOf returns the parts from which verdict and its witnesses join a reason.
func madeOf(symptom string) []string {
	witness, silent := strings.CutSuffix(symptom, " was silent")
	if !silent {
		return []string{symptom}
	}
	kind, via, arrival := strings.Cut(witness, ":")
	if !arrival {
		return []string{`"` + witness + `"`, "was silent"}
	}
	return []string{`"` + kind + ":", `"` + via + `"`, "was silent"}
}

// messages returns the texts of all code and data, texts that are joined by +
// joined.
func messages(t *testing.T) []string {
	t.Helper()
	joints := regexp.MustCompile(`"\s*\+\s*"`)
	var all []string
	for _, file := range goFiles(t) {
		if !file.test() {
			all = append(all, strings.ReplaceAll(joints.ReplaceAllString(string(file.text), ""), `\"`, `"`))
		}
	}
	err := filepath.WalkDir("fixtures", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".json") {
			var text []byte
			if text, err = os.ReadFile(name); err == nil {
				all = append(all, string(text))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSymptomsAreRead(t *testing.T) {
	got := symptoms("| you see | do |\n|---|---|\n| `a b`, or `c` | `no` |\n| `ui-tree was silent` | |\n| `arrival:IM was silent` | |\ntext `no`\n\n## Building and testing\n| `no` | |\n")
	want := []string{"a b", "c", `"ui-tree"`, "was silent", `"arrival:`, `"IM"`, "was silent"}
	if !slices.Equal(got, want) {
		t.Errorf("symptoms %q, want %q", got, want)
	}
}
