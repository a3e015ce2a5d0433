// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package outbox

import (
	"context"
	"errors"
	"os"

	"github.com/pushproof/pushproof/agent/journal"
)

// moveAway renames the folder of an open journal and closes it. The lock is
// held meanwhile, so nobody else can have opened the folder. It is synced
// before, since the journal knows its files by the old name.
func moveAway(j *journal.Journal, from, to string) error {
	return errors.Join(j.Sync(context.Background()), os.Rename(from, to), j.Close())
}
