// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"strings"
	"time"
)

// Limit is how long the cell of that id may take, not counting its waits for
// room below a limit of Push Kit; an id that none has gets the longest time that
// any has. Its spec is ended then, by Ginkgo.
func Limit(id string) time.Duration {
	var longest time.Duration
	deviceType := ""
	if parts := strings.Split(id, "/"); len(parts) > 1 {
		deviceType = parts[1]
	}
	for _, c := range Cells() {
		if c.ID(deviceType) == id {
			return limit(c)
		}
		longest = max(longest, limit(c))
	}
	return longest
}
