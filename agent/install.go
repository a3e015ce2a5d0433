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

// installWait bounds the wait for another process that is making the install
// id, which takes it one write and one sync. New runs in the app's onCreate,
// where the system counts seconds.
const installWait = time.Second

// installID reads the id of this installation, or makes it, and waits for as
// long for another process that makes it. It lives in the app's files, so it
// ends with the app's data, as the Push Token does.
//
// Records carry it from the first one on, so it is on the disk before it is
// used. Main and extension process may make it at the same time: the lock lets
// one of them, and the system frees it if that one dies.
func installID(dir string, wait time.Duration) (string, error) {
	path := filepath.Join(dir, "install")
	pause := time.Millisecond
	for end := time.Now().Add(wait); ; pause = min(2*pause, 20*time.Millisecond) {
		if id, err := readInstallID(path); id != "" || err != nil {
			return id, err
		}
		lock, err := journal.TryLock(dir)
		if err == nil {
			return lockedInstallID(path, lock)
		}
		if !errors.Is(err, journal.ErrLocked) || time.Now().After(end) {
			return "", fmt.Errorf("make the install id: %w", err)
		}
		time.Sleep(pause)
	}
}

// lockedInstallID makes the id, unless somebody has since it was looked for.
func lockedInstallID(path string, lock *journal.Lock) (string, error) {
	id, err := readInstallID(path)
	if id == "" && err == nil {
		id, err = makeInstallID(path)
	}
	if err := errors.Join(err, lock.Release()); err != nil {
		return "", err
	}
	return id, nil
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
