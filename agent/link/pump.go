// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// batch is how many records of one source are sent before the next one's turn.
const batch = 64

var (
	// errFull stops a batch when the window is full.
	errFull = errors.New("the window is full")
	// errWrite marks an error of the socket, which then takes no goodbye.
	errWrite = errors.New("write to the hub")
)

// stream is what one connection knows of one source.
type stream struct {
	src   Source
	id    wire.Origin // Seq is 0
	stop  context.CancelFunc
	sent  uint64 // written to this connection
	acked uint64
	// flight holds what was sent and not acknowledged, in order.
	flight []flight
}

type flight struct {
	seq  uint64
	size int
}

// key returns an origin without its sequence.
func key(o wire.Origin) wire.Origin {
	o.Seq = 0
	return o
}

// write sends answers and records until ctx or the socket ends.
func (c *conn) write(ctx context.Context) error {
	cfg := &c.link.cfg
	if err := c.token(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case f := <-c.control:
			if err := c.put(f); err != nil {
				return err
			}
			continue
		default:
		}
		more, err := c.pump()
		if err != nil {
			return err
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case f := <-c.control:
			err = c.put(f)
		case <-c.poke:
		case <-c.link.wake:
			err = c.refresh(ctx)
		case <-cfg.TokenChanged:
			err = c.token()
		}
		if err != nil {
			return err
		}
	}
}

// put writes one frame.
func (c *conn) put(f wire.Frame) error {
	if h, ok := f.(*answered); ok {
		// The monotonic clock in between keeps T3 right if the wall clock is set.
		h.T3 = h.T2 + int64(c.link.cfg.Now().Sub(h.received))
		f = &h.Heartbeat
	}
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return c.putRaw(b)
}

func (c *conn) putRaw(b []byte) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(c.link.cfg.WriteTimeout))
	if err := c.ws.WriteMessage(websocket.TextMessage, b); err != nil {
		return fmt.Errorf("%w: %w", errWrite, err)
	}
	return nil
}

// token reports the Push Token, if there is something to report.
func (c *conn) token() error {
	if c.link.cfg.Token == nil {
		return nil
	}
	t := c.link.cfg.Token()
	if t == nil {
		return nil
	}
	return c.put(t)
}

// pump sends at most a batch of each source and says whether it sent any.
func (c *conn) pump() (more bool, err error) {
	c.mu.Lock()
	if c.rewind {
		c.rewind, c.inflight = false, 0
		for _, s := range c.streams {
			s.sent, s.flight = s.acked, nil
		}
	}
	streams := c.streams
	c.mu.Unlock()
	for _, s := range streams {
		if s.src.Origin().Seq <= s.sent {
			continue
		}
		err := s.src.UnackedAfter(s.sent, batch, func(o wire.Origin, frame []byte) error {
			if !c.admit(s, o.Seq, len(frame)) {
				return errFull
			}
			more = true
			return c.putRaw(frame)
		})
		switch {
		case err == nil:
		case errors.Is(err, errFull):
			return false, nil
		case errors.Is(err, errWrite):
			return false, err
		default:
			return false, fmt.Errorf("read the outbox: %w", err)
		}
	}
	return more, nil
}

// admit takes a record into the window, before it is written: its
// acknowledgement may be faster than this goroutine.
func (c *conn) admit(s *stream, seq uint64, size int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inflight > 0 && c.inflight+size > c.link.cfg.Window {
		return false
	}
	c.inflight += size
	s.flight = append(s.flight, flight{seq, size})
	s.sent = seq
	return true
}

// acked takes the hub's cursors.
func (c *conn) acked(cursors wire.Cursors) {
	for _, cursor := range cursors {
		c.mu.Lock()
		s := c.find(cursor)
		if s != nil {
			c.ackStream(s, cursor.Seq)
		}
		c.mu.Unlock()
		if s == nil {
			continue
		}
		if err := s.src.Acked(cursor); err != nil {
			c.link.cfg.Logger.Warn("the outbox did not take an acknowledgement", "error", err)
		}
	}
	c.signal()
	c.link.change(func() {})
}

// ackStream frees the window up to seq; c.mu is held.
func (c *conn) ackStream(s *stream, seq uint64) {
	s.acked = max(s.acked, seq)
	n := 0
	for n < len(s.flight) && s.flight[n].seq <= seq {
		c.inflight -= s.flight[n].size
		n++
	}
	s.flight = s.flight[n:]
}

// find returns the stream of an origin; c.mu is held.
func (c *conn) find(o wire.Origin) *stream {
	for _, s := range c.streams {
		if s.id == key(o) {
			return s
		}
	}
	return nil
}

// resend has the writer begin again behind what is acknowledged: the hub saw a
// gap. What it already has it drops.
func (c *conn) resend() {
	c.mu.Lock()
	c.rewind = true
	c.mu.Unlock()
	c.signal()
}

func (c *conn) signal() {
	select {
	case c.poke <- struct{}{}:
	default:
	}
}
