// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// RefuseToken makes a token illegal for a reason, a key of illegalTokens: also
// for one that nothing else in this simulator leads to. "" makes it good
// again.
func (c *Cloud) RefuseToken(token, reason string) error {
	if _, known := fixtures.ReasonOf(reason); reason != "" && !known {
		keys := make([]string, 0, len(fixtures.Reasons()))
		for _, r := range fixtures.Reasons() {
			keys = append(keys, r.Code)
		}
		return fmt.Errorf("refuse a token: unknown reason %.64q: the reasons are %s", reason, strings.Join(keys, ", "))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	reg := c.tokens.known[token]
	if reg == nil {
		return fmt.Errorf("refuse a token: this cloud never issued it, and refuses it for %s", reasonFormat)
	}
	reg.refused = reason
	return nil
}
