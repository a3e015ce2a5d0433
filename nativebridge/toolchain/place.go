// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// place puts a file at path whole or not at all, whatever another build does in
// the same folder meanwhile: make writes it under another name, beside it.
func place(path string, make func(temporary string) error) error {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	defer os.RemoveAll(dir)
	temporary := filepath.Join(dir, filepath.Base(path))
	if err := make(temporary); err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("put %s in its place: %w", filepath.Base(path), err)
	}
	return nil
}

// placeLink makes path a symbolic link, unless it is that one already.
func placeLink(path, to string) error {
	if now, err := os.Readlink(path); err == nil && now == to {
		return nil
	}
	return place(path, func(temporary string) error { return os.Symlink(to, temporary) })
}

// placeText compiles a C text to a file.
func placeText(ctx context.Context, command []string, text, path string, flags ...string) error {
	return place(path, func(temporary string) error {
		args := append(append([]string(nil), command[1:]...), flags...)
		cmd := exec.CommandContext(ctx, command[0], append(args, "-o", temporary, "-x", "c", "-")...)
		cmd.Stdin = strings.NewReader(text)
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", command[0], err, said)
		}
		return nil
	})
}
