// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import "time"

// Fault is something that goes wrong on a channel.
type Fault int

// The faults. Those of the greeting come at Greeting, the others at a command.
const (
	// None: the server is healthy.
	None Fault = iota
	// Drop ends the channel without an answer.
	Drop
	// Hang never answers and leaves the channel open.
	Hang
	// Truncate sends the header of a frame and a part of it, then ends.
	Truncate
	// Foreign greets as another program would.
	Foreign
	// ForeignBanner greets with a frame of the right size and another banner.
	ForeignBanner
	// Oversize sends a frame that is longer than any server sends.
	Oversize
	// Cut lets a command run and ends the channel at its first output.
	Cut
	// Slow lets a transfer of files pass with Options.SlowRate.
	Slow
	// CutTransfer ends the channel inside a frame, in the middle of a transfer.
	CutTransfer
	// Vanish takes the device offline in the middle of a transfer. It stays
	// attached: SetState or a tconn brings it back.
	Vanish
)

// Point is where a fault can happen.
type Point struct {
	// Greeting is set before the server's greeting; Key and Command are empty
	// then.
	Greeting bool
	// Key is the channel's connect key.
	Key string
	// Command is the client's command. It may hold secrets.
	Command string
}

// DefaultSlowRate is what the fault Slow leaves of a link, in bytes a second.
const DefaultSlowRate = 64 << 10

// pass is called with each piece of a transfer that has moved, and reports
// whether the transfer goes on: the faults of its middle happen here.
func (c *channel) pass(n int) bool {
	switch c.midway {
	case Slow:
		return c.rest(time.Duration(float64(n) / float64(c.s.o.SlowRate) * float64(time.Second)))
	case CutTransfer:
		_ = c.write(frame("this frame is cut")[:8])
		return false
	case Vanish:
		c.s.SetState(c.bound.key, Offline)
		return false
	}
	return c.ctx.Err() == nil && c.gone().Err() == nil
}

func (s *Server) fault(p Point) Fault {
	if s.o.Fault == nil {
		return None
	}
	return s.o.Fault(p)
}
