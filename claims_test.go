// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
)

var (
	nextCommentLine = regexp.MustCompile(`\n\s*(?://| \*) ?`)
	claimNamed      = regexp.MustCompile(`\b[Cc]laims? \(?([a-z]+(?:\.[a-z0-9-]*[a-z0-9])+)`)
)

// claimsIn returns the ids that comments name as "claim ID".
func claimsIn(text string) []string {
	var ids []string
	for _, m := range claimNamed.FindAllStringSubmatch(nextCommentLine.ReplaceAllString(text, " "), -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestClaimsThatCodeNamesExist(t *testing.T) {
	named := 0
	for _, file := range append(goFiles(t), nativeFiles(t)...) {
		for _, id := range claimsIn(string(file.text)) {
			if file.path == "claims_test.go" {
				continue // the texts below
			}
			named++
			if _, ok := fixtures.ClaimOf(id); !ok {
				t.Errorf("%s: no file of fixtures/claims has the claim %s", file.path, id)
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d names of claims found", named)
	}
}

// nativeFiles are those of the native module that are no Go: C, assembler and
// what the ArkTS side is made of.
func nativeFiles(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, root := range []string{"nativebridge", "ohos"} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err != nil || !slices.Contains([]string{".c", ".h", ".S", ".ets", ".ts"}, filepath.Ext(name)) {
				return err
			}
			text, err := os.ReadFile(name)
			all = append(all, source{path: filepath.ToSlash(name), text: text})
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return all
}

// A claim on which nothing rests is an opinion.
func TestSomethingRestsOnEachClaim(t *testing.T) {
	var all bytes.Buffer
	for _, file := range append(goFiles(t), nativeFiles(t)...) {
		all.Write(file.text)
	}
	err := filepath.WalkDir("fixtures", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == "claims":
			return fs.SkipDir
		case !strings.HasSuffix(name, ".json"):
			return nil
		}
		text, err := os.ReadFile(name)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range fixtures.Claims() {
		if !bytes.Contains(all.Bytes(), []byte(c.ID)) {
			t.Errorf("no code and no table names the claim %s", c.ID)
		}
	}
}

func TestNamesOfClaimsAreRead(t *testing.T) {
	got := claimsIn("// see claim hdc.a-b, and so on\n\t// (claim\n\t// device.c). The claims\n// cloud.d.e and that claim too\n")
	if strings.Join(got, " ") != "hdc.a-b device.c cloud.d.e" {
		t.Errorf("claims %q", got)
	}
}
