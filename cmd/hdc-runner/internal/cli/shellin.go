// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/pushproof/pushproof/harness/hdc"
)

// maxScript bounds what is read from standard input, in bytes: a device takes
// no longer line, and a script becomes one.
const maxScript = 128 << 10

// readScript returns the commands on standard input.
func readScript(cmd *cobra.Command) (hdc.Command, error) {
	text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxScript+1))
	switch {
	case err != nil:
		return hdc.Command{}, fmt.Errorf("read the commands on standard input: %w", err)
	case len(text) > maxScript:
		return hdc.Command{}, usagef("standard input holds more than the %d bytes of commands that a device takes: send them as a file, and run that", maxScript)
	case strings.TrimSpace(string(text)) == "":
		return hdc.Command{}, usagef("%s needs a command, or commands on standard input: it is used like: %s", cmd.CommandPath(), cmd.UseLine())
	}
	return hdc.Script(string(text)), nil
}

// ownTerminal returns standard input if it is a terminal.
func ownTerminal(cmd *cobra.Command) (*os.File, bool) {
	in, ok := cmd.InOrStdin().(*os.File)
	return in, ok && term.IsTerminal(int(in.Fd()))
}

// sit puts the own terminal into raw mode and hands it to the device's shell. It
// gives the terminal back whatever ends the session: the shell, ~. at the start
// of a line, the end of the device, a signal.
func sit(cmd *cobra.Command, client *hdc.Client, key string, in *os.File) (err error) {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP)
	defer stop()
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	cmd.PrintErrf("hdc-runner: a shell of %s: exit or Ctrl-D ends it, ~. at the start of a line leaves a device that hangs\n", key)
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("put the terminal into raw mode: %w", err)
	}
	defer func() {
		if restored := term.Restore(int(in.Fd()), before); err == nil {
			err = restored
		}
	}()
	err = client.Interactive(ctx, key, &escape{in: in, leave: func() { leave(errLeft) }, fresh: true}, cmd.OutOrStdout())
	if errors.Is(context.Cause(ctx), errLeft) {
		return nil
	}
	return err
}

// errLeft is why a session ends that its user has left.
var errLeft = errors.New("~. was typed, which leaves the shell")

// escape is what is typed, without ~. at the start of a line, which calls leave:
// Ctrl-C is the device's. A second ~ stands for one.
type escape struct {
	in    io.Reader
	leave func()
	// fresh is set at the start of a line, tilde behind a ~ there.
	fresh, tilde bool
	// out is what is still to be handed on, err the end of in.
	out []byte
	err error
}

// Read implements io.Reader.
func (e *escape) Read(p []byte) (int, error) {
	for len(e.out) == 0 && e.err == nil {
		buf := make([]byte, max(1, len(p)))
		var n int
		n, e.err = e.in.Read(buf)
		for _, c := range buf[:n] {
			if !e.key(c) {
				e.leave()
				e.err = io.EOF
				break
			}
		}
	}
	n := copy(p, e.out)
	if e.out = e.out[n:]; len(e.out) > 0 || n > 0 {
		return n, nil
	}
	return 0, e.err
}

// key takes a byte; false for the one that leaves.
func (e *escape) key(c byte) bool {
	switch {
	case e.tilde && c == '.':
		return false
	case e.tilde && c != '~':
		e.out = append(e.out, '~', c)
	case e.fresh && !e.tilde && c == '~':
		e.tilde, e.fresh = true, false
		return true
	default:
		e.out = append(e.out, c)
	}
	e.tilde, e.fresh = false, c == '\r' || c == '\n'
	return true
}
