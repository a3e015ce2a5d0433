// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// channel is one connection to the server, after the handshake. It belongs to
// one goroutine; only its context may end it from outside.
type channel struct {
	conn net.Conn
	in   *bufio.Reader
	stop func() bool
	ctx  context.Context
	// release gives the channel's slot back, nil where it has none.
	release func()
	// huge is set where the server knows huge buffers.
	huge bool
}

// open waits for a slot and connects.
func (c *Client) open(ctx context.Context, key, command string) (*channel, error) {
	release, err := c.slots.take(ctx, c.o.Timeout)
	if err != nil {
		return nil, err
	}
	ch, err := c.connect(ctx, key, command)
	if err != nil {
		release()
		return nil, err
	}
	ch.release = release
	return ch, nil
}

// connect connects, shakes hands for key ("" for the server's own commands) and
// sends command. The handshake's answer and the command leave in one write,
// which is safe with an answer of 44 bytes.
func (c *Client) connect(ctx context.Context, key, command string) (*channel, error) {
	if err := CheckKey(key); key != "" && err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: c.o.DialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", c.o.Addr)
	if err != nil {
		if ended := over(ctx); ended != nil {
			return nil, ended
		}
		return nil, &ServerError{Addr: c.o.Addr, Err: err}
	}
	ch := &channel{conn: conn, in: bufio.NewReader(conn), ctx: ctx}
	ch.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := ch.handshake(c.o, key, command); err != nil {
		ch.close()
		if ended := over(ctx); ended != nil {
			return nil, ended
		}
		return nil, err
	}
	return ch, nil
}

// over returns ctx's error, also in the moment between its deadline and its
// end: a dialer keeps the deadline by itself, and may be the first to notice.
func over(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// handshake reads the greeting and answers it together with the command.
func (ch *channel) handshake(o Options, key, command string) error {
	if err := ch.conn.SetReadDeadline(time.Now().Add(o.DialTimeout)); err != nil {
		return &ServerError{Addr: o.Addr, Err: err}
	}
	hello, err := ch.greeting(o.Addr)
	if err != nil {
		return err
	}
	if err := ch.conn.SetReadDeadline(time.Time{}); err != nil {
		return &ServerError{Addr: o.Addr, Err: err}
	}
	ch.huge = hello[bannerSize-1] == 'H'
	out := appendFrame(nil, hello.answer(key))
	return ch.write(appendFrame(out, []byte(command+"\x00")))
}

// greeting reads the server's first frame; a stranger on the port is told
// apart from a server that says nothing.
func (ch *channel) greeting(addr string) (greeting, error) {
	head, err := ch.in.Peek(4)
	if err != nil {
		seen, _ := ch.in.Peek(ch.in.Buffered())
		if len(seen) > 0 {
			return nil, newVersionError(addr, seen, errors.New("no greeting"))
		}
		return nil, &ServerError{Addr: addr, Err: err, Silent: true}
	}
	if n := binary.BigEndian.Uint32(head); n != shortSize && n != longSize {
		seen, _ := ch.in.Peek(ch.in.Buffered())
		return nil, newVersionError(addr, seen, errors.New("not an hdc greeting"))
	}
	payload, err := readFrame(ch.in)
	if err != nil {
		return nil, &ServerError{Addr: addr, Err: err, Silent: true}
	}
	hello, err := parseGreeting(payload)
	if err != nil {
		return nil, newVersionError(addr, payload, err)
	}
	return hello, nil
}

func (ch *channel) write(b []byte) error {
	if deadline, has := ch.ctx.Deadline(); has {
		if err := ch.conn.SetWriteDeadline(deadline); err != nil {
			return ch.ended(err)
		}
	}
	_, err := ch.conn.Write(b)
	return ch.ended(err)
}

// ended prefers the context's error to that of the connection which the context
// has closed.
func (ch *channel) ended(err error) error {
	if err != nil && ch.ctx.Err() != nil {
		return ch.ctx.Err()
	}
	return err
}

// next returns the next frame; io.EOF is the server's ordinary end.
func (ch *channel) next() ([]byte, error) {
	payload, err := readFrame(ch.in)
	return payload, ch.ended(err)
}

// rest returns all frames up to the server's end, joined and separately.
func (ch *channel) rest(limit int) (frames [][]byte, err error) {
	size := 0
	for {
		frame, err := ch.next()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return frames, err
		}
		if size += len(frame); size > limit {
			return frames, &LimitError{Limit: limit}
		}
		frames = append(frames, frame)
	}
}

// close ends the channel; the server then ends the remote command.
func (ch *channel) close() {
	ch.stop()
	_ = ch.conn.Close()
	if ch.release != nil {
		ch.release()
	}
}
