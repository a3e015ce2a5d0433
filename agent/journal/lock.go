// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// lockName is the file in a journal's folder that carries the lock. Nothing is
// written to it.
const lockName = "lock"

// Lock is the exclusive right to a journal's folder. The system takes it back
// when the process dies, however it dies.
type Lock struct {
	file *os.File
}

// TryLock takes the lock of dir, which must exist, or fails at once with
// *LockedError. Open does it by itself; it is exported for whoever moves or
// removes a folder. Claim journal.lock: that an app's files folder allows it.
func TryLock(dir string) (*Lock, error) {
	path := filepath.Join(dir, lockName)
	f, err := lockFile(path)
	if errors.Is(err, ErrLocked) {
		return nil, &LockedError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, classify(err))
	}
	return &Lock{file: f}, nil
}

// Release gives the lock back.
func (l *Lock) Release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("release the lock %s: %w", l.file.Name(), err)
	}
	return nil
}
