// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"os"

	"github.com/pushproof/pushproof/agent/journal"
)

// moveAway closes a journal and renames its folder. Windows renames no folder
// in which a file is open: if another process opens the journal in between, the
// renaming fails and the folder stays that process's.
func moveAway(j *journal.Journal, from, to string) error {
	if err := j.Close(); err != nil {
		return err
	}
	return os.Rename(from, to)
}
