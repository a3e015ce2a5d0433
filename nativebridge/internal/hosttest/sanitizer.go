// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Sanitized builds a package of this module for Node with AddressSanitizer in
// its C, and returns the library and the environment in which Node opens it:
// memory that C misuses ends the process, and what it has lost fails its end.
func Sanitized(t testing.TB, pkg string) (library string, env []string) {
	t.Helper()
	const compiler = "gcc"
	if _, err := exec.LookPath(compiler); err != nil {
		Missing(t, "gcc is not there: apt-get install gcc")
	}
	ctx, cancel := context.WithTimeout(t.Context(), buildLimit)
	defer cancel()
	runtime, err := exec.CommandContext(ctx, compiler, "-print-file-name=libasan.so").Output()
	preload := strings.TrimSpace(string(runtime))
	if err != nil || !filepath.IsAbs(preload) {
		Missing(t, "gcc has no libasan: apt-get install libgcc-13-dev, or that of your gcc")
	}
	root := Root(t)
	library = once(t, "sanitized "+pkg, func(dir string) (string, error) {
		path := filepath.Join(dir, "sanitized.node")
		cmd := exec.CommandContext(ctx, "go", "build", "-asan", "-buildmode=c-shared", "-o", path, "./"+pkg)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=1", "CC="+compiler)
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w\n%s", err, said)
		}
		return path, nil
	})
	return library, []string{
		"LD_PRELOAD=" + preload, "ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=4",
		"LSAN_OPTIONS=suppressions=" + filepath.Join(root, "nativebridge", "napi", "testdata", "lsan.supp"),
	}
}
