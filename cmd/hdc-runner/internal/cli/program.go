// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"path/filepath"
	"strings"
)

// programName is how this program is called in commands to be typed: as it was
// called itself, quoted for a shell.
func programName() string { return programOf(os.Args) }

func programOf(args []string) string {
	const usual = "hdc-runner"
	if len(args) == 0 || args[0] == "" {
		return usual
	}
	// `go run` builds into a folder that is gone afterwards, and `go test` too.
	slashed := filepath.ToSlash(args[0])
	if strings.Contains(slashed, "/go-build") {
		return usual
	}
	return word(args[0])
}
