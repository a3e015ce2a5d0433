// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"os"
	"strings"
)

// bootID returns an id that changes with every boot, "" if it cannot be read.
// Claim outbox.boot: that an app may read it.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
