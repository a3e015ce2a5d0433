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

	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
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
	// version is what the server says that it is.
	version string
	// trouble is what goes wrong with the present command.
	trouble trouble
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
	hits := c.s.faultsAt(Point{Greeting: true})
	c.version = c.s.o.Version
	for _, f := range hits {
		if f.Kind == faults.Version {
			c.version = f.Version
		}
	}
	hello := c.s.greeting(c.version)
	for _, f := range hits {
		switch f.Kind {
		case faults.Version:
			continue
		case faults.Banner:
			clear(hello[4 : 4+bannerSize])
			copy(hello[4:4+bannerSize], f.Text)
			continue
		case faults.Hang:
			_, _ = io.Copy(io.Discard, c.in)
		case faults.Truncate:
			_ = c.put(hello[:9])
		case faults.Foreign:
			_ = c.put([]byte("SSH-2.0-OpenSSH_9.9\r\n"))
		}
		return false
	}
	if c.put(hello) != nil {
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
func (s *Server) greeting(version string) []byte {
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
		copy(hello[shortSize:], "Ver: "+version)
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
	switch {
	case c.key == "", c.key != "any" && c.wait && s.dialect.waitKeyed:
		return ""
	case c.key == "any":
		if t := s.only(); t != nil && s.seen(t) == Connected {
			c.bound = t
		}
		return ""
	}
	t := s.targets[c.key]
	if t == nil {
		return textUnknownKey
	}
	switch s.seen(t) {
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

// seen returns a target's state as a channel finds it, with the mutex held.
func (s *Server) seen(t *target) State {
	for _, f := range s.faults.Take(faults.Event{On: faults.Connect, Key: t.key}) {
		return State(f.State)
	}
	return t.state
}

// say sends one frame.
func (c *channel) say(text string) error { return c.write(frame(text)) }

// put writes, and fails where the client takes nothing for too long.
func (c *channel) put(b []byte) error {
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
