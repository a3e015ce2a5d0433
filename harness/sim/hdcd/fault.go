// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

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

func (s *Server) fault(p Point) Fault {
	if s.o.Fault == nil {
		return None
	}
	return s.o.Fault(p)
}
