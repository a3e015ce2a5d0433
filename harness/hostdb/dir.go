// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// EnvDir is the variable that names the folder of host.db.
const EnvDir = "PUSHPROOF_STATE_DIR"

// Dir returns the folder of host.db: dir if it is not empty, else the value of
// PUSHPROOF_STATE_DIR, else pushproof in the user's folder for such files. That
// is $XDG_STATE_HOME, or ~/.local/state, as the XDG base directories have it,
// and on macOS and Windows, where XDG_STATE_HOME is not set,
// os.UserConfigDir.
func Dir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	if dir := os.Getenv(EnvDir); dir != "" {
		return dir, nil
	}
	// A relative path is to be ignored, by the same specification.
	if home := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, "pushproof"), nil
	}
	var base string
	var err error
	switch runtime.GOOS {
	case "darwin", "windows":
		base, err = os.UserConfigDir()
	default:
		base, err = os.UserHomeDir()
		base = filepath.Join(base, ".local", "state")
	}
	if err != nil {
		return "", fmt.Errorf("find the user's folder for the ledger of what was sent: %w; name one with --state-dir DIR", err)
	}
	return filepath.Join(base, "pushproof"), nil
}
