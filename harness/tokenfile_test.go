// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness"
)

func TestTokensThatAreNone(t *testing.T) {
	for name, tt := range map[string]struct{ text, says string }{
		"letters and signs":          {"MAMzLgIkEUC-x_y+z/1=", ""},
		"quoted":                     {`"MAsecret"`, `has a quotation mark (U+0022) as character 1`},
		"quoted by a word processor": {"“MAsecret”", "has a quotation mark (U+201C) as character 1"},
		"a space within":             {"MAse cret", "has white space (U+0020) as character 5"},
		"a tab within":               {"MAse\tcret", "has white space (U+0009) as character 5"},
		"a byte order mark":          {"\ufeffMAsecret", "has a byte order mark (U+FEFF) as character 1"},
		"a zero-width space":         {"MA\u200bsecret", "has what cannot be seen (U+200B) as character 3"},
		"a fingerprint":              {"token:0a1b2c3d", `begins with "token:", as the fingerprints do`},
	} {
		t.Run(name, func(t *testing.T) {
			got := harness.TokenProblem(tt.text)
			if tt.says == "" && got != "" || !strings.Contains(got, tt.says) {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
			if strings.Contains(got, "secret") || strings.Contains(got, "cret ") {
				t.Errorf("it says the token: %q", got)
			}
		})
	}
}

func TestReadToken(t *testing.T) {
	const secret = "MAMzLgSecret"
	tests := map[string]struct {
		content string
		says    string
	}{
		"alone":           {secret + "\n", ""},
		"with more below": {"  " + secret + "  \r\nanything\n", ""},
		"empty":           {"\n", "is empty: write the Push Token into it"},
		"in quotes":       {`"` + secret + `"`, "its first line has a quotation mark"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token.txt")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			token, err := harness.ReadToken(path)
			if tt.says == "" {
				if err != nil || token.Reveal() != secret {
					t.Errorf("ReadToken = %v, %v", token, err)
				}
				return
			}
			var usage *harness.UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "--token-file") || strings.Contains(err.Error(), secret) {
				t.Errorf("ReadToken = %v, want a *harness.UsageError that says %q and not the token", err, tt.says)
			}
		})
	}
	if _, err := harness.ReadToken(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Errorf("ReadToken of nothing = %v", err)
	}
}
