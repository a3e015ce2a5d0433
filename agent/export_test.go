// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import "time"

// InstallID is what New calls, with the longest wait of its choice.
func InstallID(dir string, wait time.Duration) (string, error) { return installID(dir, wait) }
