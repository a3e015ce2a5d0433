// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The specs that README.md shows are those of examples/orders, which run with
// all other tests. README.zh-CN.md is held to README.md.
func TestReadmeShowsSpecsThatRun(t *testing.T) {
	const example, start = "examples/orders/orders_test.go", "var _ = Describe("
	raw, err := os.ReadFile(filepath.FromSlash(example))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	at := strings.Index(text, start)
	if at < 0 {
		t.Fatalf("%s has no %q", example, start)
	}
	want := strings.Split(strings.TrimSpace(text[at:]), "\n")
	for _, b := range readPage(t, "README.md").blocks {
		if b.language != "go" {
			continue
		}
		var got []string
		for _, line := range b.lines {
			got = append(got, line.text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the specs (-%s +README.md):\n%s", example, diff)
		}
		return
	}
	t.Error("README.md has no block of Go")
}
