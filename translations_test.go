// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docs/troubleshooting.zh-CN.md has a row for each symptom of the English page,
// in the same order. What is generated stands in the English page only.
func TestTroubleshootingPagesNameTheSameSymptoms(t *testing.T) {
	const english, chinese = "docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md"
	want, got := quoted(t, english), quoted(t, chinese)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("code in the first cells (-%s +%s):\n%s", english, chinese, diff)
	}
	if len(want) < 20 {
		t.Errorf("%s: only %d symptoms found", english, len(want))
	}
	if diff := cmp.Diff(outline(readPage(t, english)), outline(readPage(t, chinese))); diff != "" {
		t.Errorf("levels of headings (-%s +%s):\n%s", english, chinese, diff)
	}
}

var generated = regexp.MustCompile(`(?s)<!-- begin .*?<!-- end [^>]*-->`)

// quoted returns the code in the first cell of each row that is not generated.
func quoted(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	text := generated.ReplaceAllString(strings.ReplaceAll(string(raw), "\r\n", "\n"), "")
	var all []string
	for _, cell := range firstCell.FindAllStringSubmatch(text, -1) {
		for _, code := range codeSpan.FindAllStringSubmatch(cell[1], -1) {
			all = append(all, code[1])
		}
	}
	return all
}
