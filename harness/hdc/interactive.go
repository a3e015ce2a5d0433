// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// What the device's terminal makes of a byte (claim hdc.interactive-shell).
const (
	keyInterrupt = 3
	keyEnd       = 4
)

// Interactive opens a shell on a terminal of the device. What is read from in is
// typed, and what the terminal shows goes to out as it comes, the echo of what
// was typed and the line ends of a terminal included; a byte 3 (Ctrl-C) from in
// interrupts the running command. The caller's own terminal is the caller's to
// put into raw mode. hdc tells the device no window's size, and brings no exit
// status.
//
// It returns nil when the shell has ended; a server that was killed and runs
// again looks the same. The end of in is typed as Ctrl-D,
// with which a shell at its prompt ends. When ctx ends, the shell does. A Read of
// in that is under way when Interactive returns is left to its end.
//
// Errors: *ArgumentError, *BusyError, *ServerError, *VersionError, *TargetError
// and *FailError (there was no shell), *LostError (it ended otherwise), and those
// of in and out as they are.
func (c *Client) Interactive(ctx context.Context, key string, in io.Reader, out io.Writer) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	opened, err := retry(ctx, c.o.HandshakeWait, func() (*terminal, error) { return c.terminal(ctx, key) })
	if err != nil {
		return err
	}
	defer opened.ch.close()
	typing := make(chan error, 1)
	go func() {
		err := opened.typeAll(in)
		typing <- err
		if err != nil {
			opened.ch.close()
		}
	}()
	shown := opened.show(out)
	select {
	case err := <-typing:
		// It has closed the channel, so that what was shown ended as well.
		if err != nil {
			return err
		}
	default:
	}
	return shown
}

// terminal is an interactive shell under way.
type terminal struct {
	c   *Client
	ch  *channel
	ctx context.Context
	key string
	// first is what the terminal has shown first: its prompt.
	first []byte
}

// terminal opens the shell and waits for its prompt, or for the refusal in its
// place.
func (c *Client) terminal(ctx context.Context, key string) (*terminal, error) {
	ch, err := c.open(ctx, key, "shell")
	if err != nil {
		return nil, err
	}
	t := &terminal{c: c, ch: ch, ctx: ctx, key: key}
	if t.first, err = ch.next(); err == nil {
		if err = failure(key, "shell", t.first); err == nil {
			return t, nil
		}
	} else {
		err = t.lost(err)
	}
	ch.close()
	return nil, err
}

// typeAll sends what comes from in. An interrupt has a frame of its own: the
// server looks for that.
func (t *terminal) typeAll(in io.Reader) error {
	buffer := make([]byte, 4096)
	for {
		n, err := in.Read(buffer)
		for keys := buffer[:n]; len(keys) > 0; {
			part := keys
			switch at := bytes.IndexByte(keys, keyInterrupt); {
			case at == 0:
				part = keys[:1]
			case at > 0:
				part = keys[:at]
			}
			if t.ch.write(appendFrame(nil, part)) != nil {
				return nil // what is shown says why
			}
			keys = keys[len(part):]
		}
		if errors.Is(err, io.EOF) {
			_ = t.ch.write(appendFrame(nil, []byte{keyEnd}))
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what is typed: %w", err)
		}
	}
}

// show writes what comes from the device, up to its end.
func (t *terminal) show(out io.Writer) error {
	shown := t.first
	for {
		if _, err := out.Write(shown); err != nil {
			return err
		}
		var err error
		if shown, err = t.ch.next(); err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			return t.lost(err)
		}
		t.ch.close()
		if gone := t.c.diagnose(t.ctx, t.key); gone != nil && t.ctx.Err() == nil {
			return t.lost(errors.Join(gone, err))
		}
		return nil
	}
}

func (t *terminal) lost(err error) error {
	return &LostError{Key: t.key, Command: "shell", Err: err}
}
