// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package resume_test

import "testing"

func tiny(t *testing.T) storage {
	t.Skip("needs Linux, where a test run by root can mount a file system of its own")
	return storage{}
}
