// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
)

func TestUnknownVariablesAreWarnedOf(t *testing.T) {
	for name, tt := range map[string]struct{ entry, says string }{
		"one that is known":     {"PUSHPROOF_BUNDLE=a", ""},
		"that of another tool":  {"PUSHPROF_BUNDLE=a", ""},
		"a worker's":            {"PUSHPROOF_PROCESS=app", ""},
		"one of sim cloud":      {"PUSHPROOF_TOKENS=tokens", ""},
		"the ledger's":          {"PUSHPROOF_STATE_DIR=state", ""},
		"a misspelt one":        {"PUSHPROOF_SERVICE_ACOUNT=secret", "PUSHPROOF_SERVICE_ACOUNT is not known, and nothing reads it; did you mean PUSHPROOF_SERVICE_ACCOUNT?"},
		"one that is like none": {"PUSHPROOF_COLOUR=red", "PUSHPROOF_COLOUR is not known, and nothing reads it; `hdc-runner --help` lists"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			cli.WarnOfVariables(&out, []string{"HOME=/", tt.entry})
			if tt.says == "" && out.Len() > 0 || !strings.Contains(out.String(), tt.says) {
				t.Errorf("it warns %q, want %q", out.String(), tt.says)
			}
			if strings.Contains(out.String(), "secret") {
				t.Errorf("the warning has the value: %q", out.String())
			}
		})
	}
}
