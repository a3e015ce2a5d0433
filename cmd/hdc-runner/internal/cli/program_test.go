// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
)

// What is printed to be typed is what was typed, where it can be typed again.
func TestProgramIsCalledAsItWas(t *testing.T) {
	for args0, want := range map[string]string{
		"hdc-runner":                          "hdc-runner",
		"./hdc-runner":                        "./hdc-runner",
		"../bin/runner":                       "../bin/runner",
		"/opt/my tools/runner":                "'/opt/my tools/runner'",
		"":                                    "hdc-runner",
		"/tmp/go-build12/b001/exe/hdc-runner": "hdc-runner",
		"/home/me/.cache/go-build/3e/3e0a-d/hdc-runner": "hdc-runner",
	} {
		if got := cli.ProgramOf([]string{args0}); got != want {
			t.Errorf("called as %q it calls itself %s, want %s", args0, got, want)
		}
	}
	if got := cli.ProgramOf(nil); got != "hdc-runner" {
		t.Errorf("without a name it calls itself %s", got)
	}
}
