// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"time"
)

// The handshake's layout: banner, channel id or key, and a version where the
// server was built to check it.
const (
	banner     = "OHOS HDC"
	bannerSize = 12
	keySize    = 32
	shortSize  = bannerSize + keySize
	longSize   = shortSize + 64
)

// Time limits of a channel: a client that stops reading, and one that does not
// close after the server's end.
const (
	writeTimeout = 10 * time.Second
	drainTimeout = 2 * time.Second
)

// refusalGrace is how long a refused channel waits for a command that left
// together with the handshake. The hdc command sends its own 8 to 10 ms later,
// and finds the channel closed.
const refusalGrace = 5 * time.Millisecond

// channel is one client's connection. Its main goroutine answers; a second one
// reads.
type channel struct {
	s    *Server
	conn net.Conn
	in   *bufio.Reader
	// ctx ends with the server, with the client's close, and with serve.
	ctx context.Context
	// frames brings commands; it is closed when the client is gone.
	frames chan []byte
	key    string
	// wait is set by 'W' in the banner.
	wait bool
	// bound is the key's device, nil on a channel for the server's commands.
	bound *target
	alive bool
	// cut is set by the fault of that name, midway by those of a transfer.
	cut    bool
	midway Fault
	// left ends when the device of the present transfer is gone.
	left context.Context
}

// serve runs one connection to its end.
func (s *Server) serve(conn net.Conn) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer func() { _ = conn.Close() }()
	unhook := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	defer unhook()
	c := &channel{s: s, conn: conn, in: bufio.NewReader(conn), ctx: ctx, frames: make(chan []byte, 4)}
	if !c.greet() {
		return
	}
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		defer cancel()
		defer close(c.frames)
		c.read(ctx)
	}()
	c.run()
	c.halfClose()
	for range c.frames {
		continue
	}
	<-reading
}

// read takes frames from the client until it closes or sends nonsense. Once
// the channel has ended it only drains what the client still sends.
func (c *channel) read(ctx context.Context) {
	for {
		f, err := readFrame(c.in)
		if err != nil {
			return
		}
		select {
		case c.frames <- f:
		case <-ctx.Done():
			return
		}
	}
}

// greet sends the server's banner and takes the client's. It reports whether
// the channel goes on.
func (c *channel) greet() bool {
	hello := c.s.greeting()
	switch c.s.fault(Point{Greeting: true}) {
	case Drop:
		return false
	case Hang:
		_, _ = io.Copy(io.Discard, c.in)
		return false
	case Truncate:
		_ = c.write(hello[:9])
		return false
	case Foreign:
		_ = c.write([]byte("SSH-2.0-OpenSSH_9.9\r\n"))
		return false
	case ForeignBanner:
		copy(hello[4:], "HDC NEXT GEN")
	}
	if c.write(hello) != nil {
		return false
	}
	if c.conn.SetReadDeadline(time.Now().Add(writeTimeout)) != nil {
		return false
	}
	answer, err := readFrame(c.in)
	if err != nil || len(answer) < shortSize || !bytes.HasPrefix(answer, []byte(banner)) {
		c.halfClose()
		_, _ = io.Copy(io.Discard, c.in)
		return false
	}
	if c.conn.SetReadDeadline(time.Time{}) != nil {
		return false
	}
	c.wait = answer[bannerSize-1] == 'W'
	key, _, _ := bytes.Cut(answer[bannerSize:shortSize], []byte{0})
	c.key = string(key)
	return true
}

// greeting is the server's first frame.
func (s *Server) greeting() []byte {
	s.mu.Lock()
	s.nextID++
	id := s.nextID
	s.mu.Unlock()
	size := shortSize
	if s.o.LongGreeting {
		size = longSize
	}
	hello := make([]byte, size)
	copy(hello, banner)
	hello[bannerSize-1] = s.dialect.byte11
	binary.BigEndian.PutUint32(hello[bannerSize:], id)
	if s.o.LongGreeting {
		copy(hello[shortSize:], "Ver: "+s.o.Version)
	}
	return frame(string(hello))
}

// run binds the channel and answers its commands.
func (c *channel) run() {
	refusal := c.bind()
	if refusal != "" {
		if c.say(refusal) != nil {
			return
		}
		// A command that came along with the handshake is refused as well;
		// for one that comes later the channel is closed already.
		select {
		case f, ok := <-c.frames:
			if ok {
				c.answer(f)
			}
		case <-time.After(refusalGrace):
		}
		return
	}
	for f := range c.frames {
		if !c.answer(f) {
			return
		}
	}
}

// bind looks for the key's device and returns the refusal that comes before
// any command.
func (c *channel) bind() (refusal string) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	switch c.key {
	case "":
		return ""
	case "any":
		c.bound = s.only()
		return ""
	}
	if c.wait && s.dialect.waitKeyed {
		return ""
	}
	t := s.targets[c.key]
	if t == nil {
		return textUnknownKey
	}
	switch t.state {
	case Connected:
		c.bound = t
		return ""
	case Unauthorized:
		return textUnauthorized
	case Ready:
		return textHandshaking
	}
	return s.dialect.offline
}

// say sends one frame.
func (c *channel) say(text string) error { return c.write(frame(text)) }

func (c *channel) write(b []byte) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := c.conn.Write(b)
	return err
}

// halfClose ends the server's side and gives the client a time to end its own:
// closing at once would turn what was sent into a reset, wherever the client
// had sent more.
func (c *channel) halfClose() {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(drainTimeout))
}

// command cuts a frame's text at the first NUL.
func command(f []byte) string {
	text, _, _ := strings.Cut(string(f), "\x00")
	return text
}
