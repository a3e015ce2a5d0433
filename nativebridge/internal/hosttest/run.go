// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runLimit ends a program that hangs.
const runLimit = 2 * time.Minute

// Program is a program to run.
type Program struct {
	Path string
	Args []string
	// Env is added to this process's environment.
	Env []string
	// Beside are libraries whose folders the loader looks into.
	Beside []string
	// Stdin is what it reads; nil is an empty file.
	Stdin io.Reader
}

// Run runs a program and returns what it printed; one that fails or hangs fails
// the test with that.
func (m *Machine) Run(t testing.TB, p Program) string {
	t.Helper()
	said, err := m.Try(t, p)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(p.Path), strings.Join(p.Args, " "), err, said)
	}
	return said
}

// Try runs a program that may fail.
func (m *Machine) Try(t testing.TB, p Program) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	args := append(append(append([]string(nil), m.emulator...), p.Path), p.Args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), p.Env...)
	if len(p.Beside) > 0 {
		var dirs []string
		for _, lib := range p.Beside {
			dirs = append(dirs, filepath.Dir(lib))
		}
		path := "LD_LIBRARY_PATH=" + strings.Join(dirs, ":")
		if m.Emulated() {
			// The emulator itself is this machine's, and must not see it.
			cmd.Args = append([]string{args[0], "-E", path}, args[1:]...)
		} else {
			cmd.Env = append(cmd.Env, path)
		}
	}
	cmd.Stdin = p.Stdin
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	// A child that the program has left behind may hold the pipe open.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return said.String(), err
}
