// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
)

var claimName = regexp.MustCompile(`\b((?:pushservice|process|device)(?:\.[a-z]+(?:-[a-z]+)*){1,2})\b`)

// Every claim that the code names is a row, and every row of
// pushservice.json is named where code rests on it.
func TestClaims(t *testing.T) {
	named := map[string]bool{}
	for _, root := range []string{".", "../app", "../../process"} {
		err := fs.WalkDir(os.DirFS(root), ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(root + "/" + path)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(source)) {
				_, comment, ok := strings.Cut(line, "// ")
				if !ok {
					continue
				}
				for _, id := range claimName.FindAllString(comment, -1) {
					if _, known := fixtures.ClaimOf(id); known {
						named[id] = true
					} else if strings.Contains(comment, "laim "+id) || strings.HasPrefix(id, "pushservice.") {
						t.Errorf("%s/%s names the claim %s, which is none", root, path, id)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("../../../fixtures/claims/pushservice.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []fixtures.Claim
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	for _, c := range rows {
		if !named[c.ID] {
			t.Errorf("no code names the claim %s", c.ID)
		}
	}
}
