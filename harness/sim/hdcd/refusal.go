// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// refusal is what bm says where the fault Install has it refuse a package, ""
// without that fault. The texts are claim hdc.install-texts.
func (c *channel) refusal(verb string) string {
	f := c.trouble.install
	if f.Kind != faults.Install {
		return ""
	}
	meaning := "install failed"
	if row, ok := fixtures.InstallCodeOf(f.Number()); ok {
		meaning = row.Meaning
	}
	return fmt.Sprintf("error: failed to %s bundle. code:%d error: %s. ", verb, f.Number(), meaning)
}
