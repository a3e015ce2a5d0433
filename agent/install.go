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
)

// folder is where the agent keeps its files below the app's files folder.
const folder = "pushproof"

// idLen is the length of an install id in hex digits.
const idLen = 16

// installID reads the id of this installation, or makes it. It lives in the
// app's files, so it ends with the app's data, as the Push Token does. Main
// and extension process may race for it: O_EXCL lets one of them win, without
// a hard link, which an app's sandbox may forbid.
func installID(dir string) (string, error) {
	path := filepath.Join(dir, "install")
	for try := 0; try < 50; try++ {
		id, err := os.ReadFile(path)
		if err == nil && len(id) == idLen {
			return string(id), nil
		}
		if err == nil {
			// Another process has made the file and not yet written it.
			time.Sleep(2 * time.Millisecond)
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read the install id: %w", err)
		}
		id, err = makeInstallID(path)
		if err == nil {
			return string(id), nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make the install id: %w", err)
		}
	}
	// Whoever made the file died before it wrote: its id was never used.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("remove an empty install id: %w", err)
	}
	id, err := makeInstallID(path)
	if err != nil {
		return "", fmt.Errorf("make the install id: %w", err)
	}
	return string(id), nil
}

func makeInstallID(path string) ([]byte, error) {
	var b [idLen / 2]byte
	_, _ = rand.Read(b[:])
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	id := hex.AppendEncode(nil, b[:])
	_, err = f.Write(id)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return id, err
}
