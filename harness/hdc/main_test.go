// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the stand-in for the hdc program: see start_test.go.
func TestMain(m *testing.M) {
	if call := os.Getenv(standInEnv); call != "" {
		os.Exit(standIn(call))
	}
	goleak.VerifyTestMain(m)
}
