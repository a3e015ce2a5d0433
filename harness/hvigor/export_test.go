// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor

import "time"

// SetPipeGrace sets how long a pipe may be held open, and returns what undoes it.
func SetPipeGrace(d time.Duration) func() {
	before := pipeGrace
	pipeGrace = d
	return func() { pipeGrace = before }
}
