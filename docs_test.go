// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// README.md and README.zh-CN.md say the same: headings of the same levels in
// the same order, and the same code. Comments may be translated, and so may
// blocks marked as text, which are pictures and output.
func TestReadmesSayTheSame(t *testing.T) {
	english, chinese := readPage(t, "README.md"), readPage(t, "README.zh-CN.md")
	if diff := cmp.Diff(outline(english), outline(chinese)); diff != "" {
		t.Errorf("levels of headings (-README.md +README.zh-CN.md):\n%s", diff)
	}
	if diff := cmp.Diff(code(english), code(chinese)); diff != "" {
		t.Errorf("code blocks (-README.md +README.zh-CN.md):\n%s", diff)
	}
	if len(english.headings) < 5 || len(english.blocks) < 2 {
		t.Errorf("README.md has %d headings and %d blocks of code", len(english.headings), len(english.blocks))
	}
}

func outline(p page) []int {
	var levels []int
	for _, h := range p.headings {
		levels = append(levels, h.level)
	}
	return levels
}

func code(p page) []string {
	var all []string
	for _, b := range p.blocks {
		text := b.language
		for _, line := range b.lines {
			if b.language != "text" {
				text += "\n" + withoutComment(b.language, line.text)
			}
		}
		all = append(all, text)
	}
	return all
}

func withoutComment(language, line string) string {
	mark := map[string]string{"sh": "#", "console": "#", "bash": "#", "yaml": "#", "go": "//", "ts": "//", "json5": "//"}[language]
	if mark == "" {
		return line
	}
	if at := strings.Index(" "+line, " "+mark); at >= 0 {
		line = line[:at]
	}
	return strings.TrimRight(line, " ")
}

func TestLinksInDocsResolve(t *testing.T) {
	all := map[string]page{}
	for _, p := range pages(t) {
		all[p.path] = p
	}
	for _, p := range all {
		for _, link := range p.links {
			if strings.Contains(link.text, "://") || strings.HasPrefix(link.text, "mailto:") {
				continue
			}
			file, anchor, _ := strings.Cut(link.text, "#")
			target := p.path
			if file != "" {
				target = path.Join(path.Dir(p.path), file)
			}
			if _, err := os.Stat(filepath.FromSlash(target)); err != nil {
				t.Errorf("%s:%d: link to %s: %v", p.path, link.line, link.text, err)
				continue
			}
			if to, ok := all[target]; ok && anchor != "" && !to.anchors()[anchor] {
				t.Errorf("%s:%d: link to %s: %s has no such heading", p.path, link.line, link.text, target)
			}
		}
	}
}
