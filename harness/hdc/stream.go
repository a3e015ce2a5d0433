// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"
)

// fail starts each refusal of a server, maxRefusal bounds all of them.
var fail = []byte("[Fail]")

const maxRefusal = 4096

// Stream runs cmd as Shell does and hands its output to each as it comes, so
// that neither its length nor, with a ctx without a deadline, its time are
// bounded. It returns the exit status. An error of each ends the command on the
// device and is returned as it is. The bytes are each's until it returns.
//
// Errors are those of Shell, without a *LimitError; a *LostError holds no
// output.
func (c *Client) Stream(ctx context.Context, key string, cmd Command, each func(output []byte) error) (exit int, err error) {
	line, mark, err := c.line(key, cmd)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	var total int64
	exit, err = retry(ctx, c.o.HandshakeWait, func() (int, error) {
		return c.stream(ctx, key, cmd, line, mark, func(output []byte) error {
			total += int64(len(output))
			return each(output)
		})
	})
	c.o.Logger.DebugContext(ctx, "hdc shell", "key", key, "command", cmd, "exit", exit,
		"bytes", total, "took", time.Since(began), slog.Any("error", err))
	return exit, err
}

func (c *Client) stream(ctx context.Context, key string, cmd Command, line string, mark sentinel, each func([]byte) error) (int, error) {
	ch, err := c.open(ctx, key, line)
	if err != nil {
		if ctx.Err() != nil && !busy(err) {
			return 0, &LostError{Key: key, Command: cmd.called(), Err: err}
		}
		return 0, err
	}
	defer ch.close()
	var (
		held  []byte
		given bool
		scan  = mark.scanner()
	)
	for {
		frame, err := ch.next()
		if err != nil {
			ch.close()
			refusal := held
			if given {
				refusal = nil
			}
			err = c.unfinished(ctx, key, cmd, refusal, err)
			if lost := (*LostError)(nil); errors.As(err, &lost) && len(held) > 0 {
				lost.Output = nil
				if err := each(held); err != nil {
					return 0, err
				}
			}
			return 0, err
		}
		held = append(held, frame...)
		start, exit, found := scan.find(held)
		end := start
		if !found {
			end = len(held) - scan.tail(held)
		}
		// The server's refusal is one frame or two; what comes behind tells it from
		// output.
		if !found && !given && bytes.HasPrefix(held, fail) && bytes.HasPrefix(frame, fail) && len(held) < maxRefusal {
			continue
		}
		if end > 0 {
			given = true
			if err := each(held[:end]); err != nil {
				return 0, err
			}
			held = append(held[:0], held[end:]...)
			scan.from = 0
		}
		if found {
			return exit, nil
		}
	}
}

// tail returns how many bytes at the end may be the start of the sentinel.
func (s *scanner) tail(out []byte) int {
	if at := bytes.LastIndex(out, s.mark); at >= 0 && len(out)-at < len(s.mark)+maxStatus {
		return len(out) - at
	}
	for n := min(len(out), len(s.mark)-1); n > 0; n-- {
		if bytes.HasSuffix(out, s.mark[:n]) {
			return n
		}
	}
	return 0
}
