// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
)

func TestDurations(t *testing.T) {
	for _, tt := range []struct {
		text string
		zero bool
		want time.Duration
		says string
	}{
		{"3s", false, 3 * time.Second, ""},
		{"0s", true, 0, ""},
		{"3", false, 0, "it has no unit: write 3s for seconds, or 3m"},
		{"1.5", true, 0, "it has no unit: write 1.5s"},
		{"soon", false, 0, "it is no time: write for example 500ms, 30s or 2m"},
		{"-1s", false, 0, "it must be above zero"},
		{"0", false, 0, "it must be above zero"},
		{"-1s", true, 0, "it is below zero: 0s waits for nothing"},
	} {
		got, err := cli.SetDuration(tt.text, tt.zero)
		if tt.says == "" && (err != nil || got != tt.want) {
			t.Errorf("%q = %v, %v, want %v", tt.text, got, err, tt.want)
		}
		if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%q = %v, want an error that says %q", tt.text, err, tt.says)
		}
	}
}
