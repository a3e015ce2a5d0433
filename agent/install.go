// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
)

// folder is where the agent keeps its files below the app's files folder.
const folder = "pushproof"

// installLen is the length of an install id in bytes; the file has twice as
// many hex digits.
const installLen = 8

// lockTries and lockPause bound the wait for another process that is making
// the install id, which takes it one write and one sync.
const (
	lockTries = 500
	lockPause = 10 * time.Millisecond
)

// installID reads the id of this installation, or makes it. It lives in the
// app's files, so it ends with the app's data, as the Push Token does.
//
// Records carry it from the first one on, so it is on the disk before it is
// used. Main and extension process may make it at the same time: the lock lets
// one of them, and the system frees it if that one dies.
func installID(dir string) (string, error) {
	path := filepath.Join(dir, "install")
	if id, err := readInstallID(path); id != "" || err != nil {
		return id, err
	}
	lock, err := waitLock(dir)
	if err != nil {
		return "", fmt.Errorf("make the install id: %w", err)
	}
	id, err := readInstallID(path)
	if id == "" && err == nil {
		id, err = makeInstallID(path)
	}
	if err := errors.Join(err, lock.Release()); err != nil {
		return "", err
	}
	return id, nil
}

// waitLock takes the lock of dir as soon as it is free.
func waitLock(dir string) (lock *journal.Lock, err error) {
	for range lockTries {
		if lock, err = journal.TryLock(dir); !errors.Is(err, journal.ErrLocked) {
			return lock, err
		}
		time.Sleep(lockPause)
	}
	return nil, err
}

// readInstallID returns "" if there is no id, or none that can be one: what a
// power failure left of it.
func readInstallID(path string) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the install id: %w", err)
	}
	if raw, err := hex.DecodeString(string(b)); err != nil || len(raw) != installLen {
		return "", nil
	}
	return string(b), nil
}

// makeInstallID stores a new id; the lock is held.
func makeInstallID(path string) (id string, err error) {
	var raw [installLen]byte
	_, _ = rand.Read(raw[:])
	id = hex.EncodeToString(raw[:])
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", fmt.Errorf("make the install id: %w", err)
	}
	_, err = f.WriteString(id)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return "", fmt.Errorf("make the install id: %w", err)
	}
	return id, nil
}
