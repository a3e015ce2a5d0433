// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// file is the session's name in the agent's folder.
const file = "session.json"

// Load returns the session stored in dir. The error is ErrNone if there is
// none, *ExpiredError if it is over at now, *HubError if its hub may not be
// dialled, or says what is wrong with the file.
func Load(dir string, now time.Time) (*Session, error) {
	b, err := read(filepath.Join(dir, file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("load the session: %w", err)
	}
	s, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("load the session: %w", err)
	}
	if err := s.Expired(now); err != nil {
		return nil, err
	}
	return s, nil
}

// read returns the file's bytes, unless it is larger than a session can be.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxParam {
		return nil, fmt.Errorf("%s has %d bytes, a session has at most %d", path, info.Size(), maxParam)
	}
	return os.ReadFile(path)
}

// Save stores the session in dir, which it makes if need be, in place of a
// former one. The file is readable by its owner alone (mode 0600; on Windows
// the folder's own rights decide) and holds the old or the new session whole,
// whenever the process dies.
func (s *Session) Save(dir string) (err error) {
	b, err := s.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	// CreateTemp makes files of mode 0600.
	f, err := os.CreateTemp(dir, file+".*")
	if err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, file))
	}
	if err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	return nil
}

// Remove deletes the session stored in dir. That there is none is no error.
func Remove(dir string) error {
	err := os.Remove(filepath.Join(dir, file))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the session: %w", err)
	}
	return nil
}
