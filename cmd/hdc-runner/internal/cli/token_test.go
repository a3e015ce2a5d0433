// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
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
			got := cli.TokenProblem(tt.text)
			if tt.says == "" && got != "" || !strings.Contains(got, tt.says) {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
			if strings.Contains(got, "secret") || strings.Contains(got, "cret ") {
				t.Errorf("it says the token: %q", got)
			}
		})
	}
}
