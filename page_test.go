// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// page is a Markdown file.
type page struct {
	path     string // from the root, with slashes
	headings []heading
	blocks   []block
	spans    []span // code within text
	links    []span
}

type heading struct {
	level int
	text  string
}

// block is a fenced block of code.
type block struct {
	language string
	lines    []span
}

// span is a piece of text and its line in the file.
type span struct {
	text string
	line int
}

var (
	headingLine = regexp.MustCompile(`^(#{1,6}) +(.*?) *#*$`)
	fenceLine   = regexp.MustCompile("^ *(```+|~~~+) *([A-Za-z0-9_+-]*)")
	codeSpan    = regexp.MustCompile("`([^`]+)`")
	linkTarget  = regexp.MustCompile(`\]\(<?([^)\s>]+)`)
)

// parsePage reads the parts of a Markdown text that the tests look at.
func parsePage(path, text string) page {
	p := page{path: path}
	fence := ""
	for i, line := range strings.Split(text, "\n") {
		mark := fenceLine.FindStringSubmatch(line)
		switch {
		case fence != "" && mark != nil && mark[1] == fence:
			fence = ""
		case fence != "":
			last := &p.blocks[len(p.blocks)-1]
			last.lines = append(last.lines, span{line, i + 1})
		case mark != nil:
			fence = mark[1]
			p.blocks = append(p.blocks, block{language: mark[2]})
		default:
			if h := headingLine.FindStringSubmatch(line); h != nil {
				p.headings = append(p.headings, heading{len(h[1]), h[2]})
			}
			for _, code := range codeSpan.FindAllStringSubmatch(line, -1) {
				p.spans = append(p.spans, span{code[1], i + 1})
			}
			for _, link := range linkTarget.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, ""), -1) {
				p.links = append(p.links, span{link[1], i + 1})
			}
		}
	}
	return p
}

// anchors returns the fragments by which the page's headings are linked.
func (p page) anchors() map[string]bool {
	all := map[string]bool{}
	for _, h := range p.headings {
		all[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, h.text)] = true
	}
	return all
}

func readPage(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return parsePage(path, strings.ReplaceAll(string(text), "\r\n", "\n"))
}

// pages returns the pages that a reader of the repository is sent to.
func pages(t *testing.T) []page {
	t.Helper()
	all := []page{readPage(t, "README.md"), readPage(t, "README.zh-CN.md"), readPage(t, "CONTRIBUTING.md")}
	err := filepath.WalkDir("docs", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".md") {
			all = append(all, readPage(t, filepath.ToSlash(path)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPagesAreRead(t *testing.T) {
	p := parsePage("x.md", "# One `two`: three\n\ntext `go test .` and [a](b.md#c) `[no](link)`\n\n```sh\n# not a heading\ngo vet ./...   # `no span`\n```\n\n## 第二\n~~~\n```\n~~~\n")
	if len(p.headings) != 2 || p.headings[0] != (heading{1, "One `two`: three"}) || p.headings[1] != (heading{2, "第二"}) {
		t.Errorf("headings %v", p.headings)
	}
	if len(p.blocks) != 2 || p.blocks[0].language != "sh" || len(p.blocks[0].lines) != 2 || p.blocks[0].lines[1].line != 7 || p.blocks[1].lines[0].text != "```" {
		t.Errorf("blocks %v", p.blocks)
	}
	if len(p.spans) != 3 || p.spans[1] != (span{"go test .", 3}) {
		t.Errorf("spans %v", p.spans)
	}
	if len(p.links) != 1 || p.links[0] != (span{"b.md#c", 3}) {
		t.Errorf("links %v", p.links)
	}
	if a := p.anchors(); !a["one-two-three"] || !a["第二"] {
		t.Errorf("anchors %v", a)
	}
}
