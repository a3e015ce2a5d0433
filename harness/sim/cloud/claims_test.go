// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
)

// Every claim that the code names exists, and every row of
// fixtures/claims/cloud.json is named where code rests on it.
func TestClaims(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash("../../../fixtures/claims/cloud.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []fixtures.Claim
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range claimName.FindAllStringSubmatch(string(source), -1) {
			named[id[1]] = true
			if _, known := fixtures.ClaimOf(id[1]); !known {
				t.Errorf("%s names the claim %s, which is none", file, id[1])
			}
		}
	}
	for _, c := range rows {
		if !named[c.ID] {
			t.Errorf("no code names the claim %s", c.ID)
		}
	}
}

// claimName is an id as it stands in a comment; a host name has no space before
// it.
var claimName = regexp.MustCompile(`\s(cloud\.[a-z]+(?:-[a-z0-9]+)*)\b`)
