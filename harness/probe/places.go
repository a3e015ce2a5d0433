// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// module is the first line of the go.mod of a checkout.
const module = "module github.com/pushproof/pushproof"

// Checkout returns the root of the checkout of this project that a folder is
// in, "" where it is in none.
func Checkout(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), module) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Places returns where code and tables below root rest on a claim, as
// file:line: every .go file, tests included, and every .json file of fixtures
// but the claims themselves.
func Places(root, claim string) ([]string, error) {
	var places []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // something temporary
			}
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir() && (name == "fixtures/claims" || name == "node_modules" || name != "." && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir(), !strings.HasSuffix(name, ".go") && !(strings.HasPrefix(name, "fixtures/") && strings.HasSuffix(name, ".json")):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if names(line, claim) {
				places = append(places, fmt.Sprintf("%s:%d", name, i+1))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look where %s is named: %w", claim, err)
	}
	return places, nil
}

// names reports whether a line names the claim, and not a longer id that begins
// or ends like it.
func names(line, claim string) bool {
	for {
		i := strings.Index(line, claim)
		if i < 0 {
			return false
		}
		before, after := line[:i], line[i+len(claim):]
		if !strings.HasSuffix(before, ".") && !idByte(last(before)) && !idByte(first(after)) &&
			!(strings.HasPrefix(after, ".") && len(after) > 1 && idByte(after[1])) {
			return true
		}
		line = line[i+1:]
	}
}

func idByte(c byte) bool {
	return c == '-' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func last(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}
