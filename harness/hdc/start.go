// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pushproof/pushproof/internal/loopback"
)

// ProgramEnv is the variable that names the hdc program, where it is not in
// PATH.
const ProgramEnv = "HDC"

// startWait bounds the wait for a server that was started, beside ctx.
const startWait = 10 * time.Second

// startEvery is how often a server that was started is looked for.
const startEvery = 50 * time.Millisecond

// StartError says that no server ran and none could be started.
type StartError struct {
	Addr string
	// Program is the hdc program, "" if none was found.
	Program string
	// Output is what the program printed, at most 4096 bytes.
	Output string
	Err    error
}

// Error implements error.
func (e *StartError) Error() string {
	if e.Program == "" {
		return fmt.Sprintf("no hdc server at %s, and no hdc program to start one (%v): install the HarmonyOS command line tools "+
			"and put sdk/default/openharmony/toolchains into PATH, or name the program by %s. %s", e.Addr, e.Err, ProgramEnv, otherPort())
	}
	said := ""
	if text := strings.TrimSpace(e.Output); text != "" {
		said = fmt.Sprintf("; it said %q", text)
	}
	return fmt.Sprintf("no hdc server at %s, and `%s start` brought none (%v)%s: hdc runs one server per temporary folder, whatever its port, "+
		"so one on another port may be in the way; see: %s checkserver", e.Addr, e.Program, e.Err, said, e.Program)
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// Program returns the hdc program of this machine: the one that HDC names, else
// the one in PATH.
func Program() (string, error) {
	name := os.Getenv(ProgramEnv)
	if name == "" {
		name = "hdc"
	}
	return exec.LookPath(name)
}

// EnsureServer makes sure that a server answers, and starts one by
// `hdc start` where nobody listens and the address is this machine's. It
// reports whether it started one. The server stays when this process ends, as
// with the hdc command itself; none is ever ended, neither one that was there
// before nor the one that was started.
//
// Errors: *StartError, and those of CheckServer: a stranger on the port
// (*VersionError, or a *ServerError that is Silent) is not replaced.
func (c *Client) EnsureServer(ctx context.Context) (started bool, err error) {
	_, err = c.CheckServer(ctx)
	var missing *ServerError
	if !errors.As(err, &missing) || missing.Silent || !loopback.Addr(c.o.Addr) {
		return false, err
	}
	program, lookErr := Program()
	if lookErr != nil {
		return false, &StartError{Addr: c.o.Addr, Err: lookErr}
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	output, err := c.start(ctx, program)
	if err == nil {
		err = c.awaitServer(ctx)
	}
	if err != nil {
		return false, &StartError{Addr: c.o.Addr, Program: program, Output: output, Err: err}
	}
	return true, nil
}

// start runs the program. Its output goes to a file: the server that it leaves
// behind would keep a pipe open.
func (c *Client) start(ctx context.Context, program string) (output string, err error) {
	_, port, err := net.SplitHostPort(c.o.Addr)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp("", "pushproof-hdc-*.log")
	if err != nil {
		return "", err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	cmd := exec.CommandContext(ctx, program, "start")
	cmd.Env = append(os.Environ(), PortEnv+"="+port)
	cmd.Stdout, cmd.Stderr = file, file
	runErr := cmd.Run()
	if _, err := file.Seek(0, io.SeekStart); err == nil {
		if text, err := io.ReadAll(io.LimitReader(file, 4096)); err == nil {
			output = string(text)
		}
	}
	return output, runErr
}

// awaitServer waits until the server answers.
func (c *Client) awaitServer(ctx context.Context) error {
	ticker := time.NewTicker(startEvery)
	defer ticker.Stop()
	for {
		_, err := c.CheckServer(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return until(ctx, err)
		case <-ticker.C:
		}
	}
}
