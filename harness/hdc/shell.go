// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Any is the key that means "the only connected device"; with none or several
// the answer is a *TargetError of kind Ambiguous.
const Any = "any"

// Result is what a command that ended on the device gave.
type Result struct {
	// Output is stdout and stderr as they came, merged by the device.
	Output []byte
	// Exit is the command's exit status, 0 to 255. Several of the platform's
	// tools (aa, bm) exit 0 on failure: judge them by their text.
	Exit int
}

// Shell runs cmd on the device by `sh -c`, with stdin from /dev/null, and
// returns when its sentinel arrives, without waiting for the server's end of
// the channel. A command that exits with another status than 0 is a Result,
// not an error.
//
// When ctx ends, the remote command and its children are killed. Output that a
// background child prints after the command's end is lost.
//
// Errors: *ArgumentError (nothing was sent), *ServerError, *VersionError,
// *TargetError and *FailError (the command was not run), *LimitError, and
// *LostError (whether it ran is unknown).
func (c *Client) Shell(ctx context.Context, key string, cmd Command) (Result, error) {
	line, mark, err := c.line(key, cmd)
	if err != nil {
		return Result{}, err
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	began := time.Now()
	result, err := retry(ctx, c.o.HandshakeWait, func() (Result, error) {
		return c.shell(ctx, key, cmd, line, mark)
	})
	c.o.Logger.DebugContext(ctx, "hdc shell", "key", key, "command", cmd, "exit", result.Exit,
		"bytes", len(result.Output), "took", time.Since(began), slog.Any("error", err))
	return result, err
}

// line returns the line by which a command is sent, with its sentinel.
func (c *Client) line(key string, cmd Command) (string, sentinel, error) {
	if err := errors.Join(cmd.check(), CheckKey(key)); err != nil {
		return "", sentinel{}, err
	}
	mark := newSentinel()
	line := "shell " + mark.wrap(cmd.text)
	if len(line) > maxCommand {
		return "", sentinel{}, &ArgumentError{What: "command", Why: "it is longer than the 128 KiB that a device takes: send it in parts"}
	}
	return line, mark, nil
}

// shell runs one attempt.
func (c *Client) shell(ctx context.Context, key string, cmd Command, line string, mark sentinel) (Result, error) {
	ch, err := c.open(ctx, key, line)
	if err != nil {
		if ctx.Err() != nil && !busy(err) {
			return Result{}, &LostError{Key: key, Command: cmd.called(), Err: err}
		}
		return Result{}, err
	}
	defer ch.close()
	var (
		output []byte
		scan   = mark.scanner()
	)
	for {
		frame, err := ch.next()
		if err != nil {
			ch.close()
			return Result{Output: output}, c.unfinished(ctx, key, cmd, output, err)
		}
		output = append(output, frame...)
		start, exit, found := scan.find(output)
		if found && start <= c.o.MaxOutput {
			return Result{Output: output[:start:start], Exit: exit}, nil
		}
		if found || len(output) > c.o.MaxOutput+len(scan.mark)+maxStatus {
			return Result{Output: output[:c.o.MaxOutput]}, &LimitError{Limit: c.o.MaxOutput}
		}
	}
}

// unfinished says why a command has no sentinel: the server refused it, or its
// end got lost.
func (c *Client) unfinished(ctx context.Context, key string, cmd Command, output []byte, cause error) error {
	if errors.Is(cause, io.EOF) {
		if err := failure(key, cmd.called(), output); err != nil {
			return err
		}
	}
	lost := &LostError{Key: key, Command: cmd.called(), Output: output, Err: cause}
	if ctx.Err() == nil {
		if err := c.diagnose(ctx, key); err != nil {
			lost.Err = errors.Join(err, cause)
		}
	}
	return lost
}

// diagnose asks the server what became of the target; nil means that it still
// counts as connected.
func (c *Client) diagnose(ctx context.Context, key string) error {
	targets, err := c.look(ctx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if key == Any || t.Key != key {
			continue
		}
		switch t.State {
		case StateConnected:
			return nil
		case StateUnauthorized:
			return &TargetError{Key: key, Kind: Unauthorized}
		default:
			return &TargetError{Key: key, Kind: Offline}
		}
	}
	if key == Any {
		return nil
	}
	return &TargetError{Key: key, Kind: Unknown}
}

// retry repeats op while the server still shakes hands with the device, with
// growing pauses, for at most wait. The command has not run then.
func retry[T any](ctx context.Context, wait time.Duration, op func() (T, error)) (T, error) {
	if wait < 0 {
		return op()
	}
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 100 * time.Millisecond
	pause.MaxInterval = 2 * time.Second
	var busy *TargetError
	result, err := backoff.Retry(ctx, func() (T, error) {
		result, err := op()
		if err == nil || errors.As(err, &busy) && busy.Kind == Handshaking {
			return result, err
		}
		return result, backoff.Permanent(err)
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(wait))
	if busy != nil && err != nil && err == context.Cause(ctx) {
		err = fmt.Errorf("%w, until %w", busy, err)
	}
	return result, err
}
