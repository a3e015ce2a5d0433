// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process_test

import "os"

// stopAndDie is what hastyParent ends with; no test on Windows starts one.
func stopAndDie(int) { os.Exit(1) }
