// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"errors"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// Fault is something that goes wrong on a channel, as Options.Fault names it.
// The rules of Server.Faults say more: see package faults.
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
	// Slow lets what follows on the channel pass with Options.SlowRate.
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
	// Key is the channel's target; where none is bound, its connect key.
	Key string
	// Command is the client's command. It may hold secrets.
	Command string
}

// DefaultSlowRate is what the fault Slow leaves of a link, in bytes a second.
const DefaultSlowRate = 64 << 10

// Faults returns the rules by which channels go wrong, beside Options.Fault. A
// control plane changes the same ones.
func (s *Server) Faults() *faults.Set { return &s.faults }

// rule returns the fault as a rule that hits.
func (f Fault) rule(slow int) faults.Fault {
	switch f {
	case Drop:
		return faults.Fault{Kind: faults.Drop}
	case Hang:
		return faults.Fault{Kind: faults.Hang}
	case Truncate:
		return faults.Fault{Kind: faults.Truncate}
	case Foreign:
		return faults.Fault{Kind: faults.Foreign}
	case ForeignBanner:
		return faults.Fault{Kind: faults.Banner, Text: "HDC NEXT GEN"}
	case Oversize:
		return faults.Fault{Kind: faults.Oversize}
	case Cut:
		return faults.Fault{Kind: faults.Drop, On: faults.Answer}
	case Slow:
		return faults.Fault{Kind: faults.Slow, BytesPerSecond: slow}
	case CutTransfer:
		return faults.Fault{Kind: faults.Drop, On: faults.Transfer}
	case Vanish:
		return faults.Fault{Kind: faults.Vanish, On: faults.Transfer}
	}
	return faults.Fault{}
}

// faultsAt returns what goes wrong at a point: what the option says, then the
// rules that hit.
func (s *Server) faultsAt(p Point) []faults.Fault {
	on := faults.Command
	if p.Greeting {
		on = faults.Greeting
	}
	hits := s.faults.Take(faults.Event{On: on, Key: p.Key, Command: p.Command})
	if s.o.Fault == nil {
		return hits
	}
	if f := s.o.Fault(p); f != None {
		hits = append([]faults.Fault{f.rule(s.o.SlowRate)}, hits...)
	}
	return hits
}

// trouble is what goes wrong with the command that a channel deals with.
type trouble struct {
	// rate is how many bytes pass in a second, 0 for no limit.
	rate int
	// answer and transfer wait for their byte, install for a package.
	answer, transfer, install faults.Fault
	// written counts the answer's bytes, moved the transfer's, paid those that
	// have waited for their turn on a slow link.
	written, moved, paid int
	// loseLine: the last line of a shell's output is lost.
	loseLine bool
	// over: nothing is written any more.
	over bool
}

var errCut = errors.New("the channel is cut by a fault")

// meet deals with the faults of a command. It reports whether the command is
// dealt with after that.
func (c *channel) meet(hits []faults.Fault) bool {
	c.trouble = trouble{}
	for _, f := range hits {
		switch {
		case f.On == faults.Answer:
			c.trouble.answer = f
			continue
		case f.On == faults.Transfer:
			c.trouble.transfer = f
			continue
		}
		switch f.Kind {
		case faults.Hang:
			c.hang()
			return false
		case faults.Truncate:
			_ = c.write(append(frame("this frame is cut")[:8], 'x'))
			return false
		case faults.Oversize:
			_ = c.write([]byte{0x7f, 0xff, 0xff, 0xff, 'x'})
			return false
		case faults.Fail:
			code := ""
			if f.Code != "" {
				code = "[" + f.Code + "] "
			}
			_ = c.say("[Fail]" + code + f.Text + "\r\n")
			return false
		case faults.Slow:
			c.trouble.rate = f.BytesPerSecond
		case faults.Install:
			c.trouble.install = f
		case faults.LostSentinel:
			c.trouble.loseLine = true
		case faults.Vanish:
			c.vanish()
			return false
		default:
			return false
		}
	}
	return true
}

// vanish takes the channel's device offline.
func (c *channel) vanish() {
	if c.bound != nil {
		c.s.SetState(c.bound.key, Offline)
	}
}

// strike lets the fault happen that has waited for its byte.
func (c *channel) strike(kind faults.Kind) {
	switch kind {
	case faults.Hang:
		c.hang()
	case faults.Vanish:
		c.vanish()
	}
}

// cutsFrame reports whether a piece of n bytes that is about to leave is the
// one in which the connection ends.
func (c *channel) cutsFrame(n int) bool {
	f := c.trouble.transfer
	return f.Kind == faults.Drop && c.trouble.moved+n > f.AfterBytes
}

// pass is called with each piece of a transfer that has moved, and reports
// whether the transfer goes on: the faults of its middle happen here.
func (c *channel) pass(n int) bool {
	t := &c.trouble
	t.moved += n
	// What was written has waited for its turn already.
	due := n - t.paid
	t.paid = 0
	if t.rate > 0 && due > 0 && !c.delay(due) {
		return false
	}
	if f := t.transfer; f.Kind != "" && t.moved > f.AfterBytes {
		if f.Kind == faults.Drop {
			_ = c.write(frame("this frame is cut")[:8])
		}
		c.strike(f.Kind)
		return false
	}
	return c.ctx.Err() == nil && c.gone().Err() == nil
}

// delay waits as long as n bytes take on a slow link, and reports false when
// the client or the server left meanwhile.
func (c *channel) delay(n int) bool {
	timer := time.NewTimer(time.Duration(float64(n) / float64(c.trouble.rate) * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// write sends bytes, as far and as fast as the faults let it.
func (c *channel) write(b []byte) error {
	t := &c.trouble
	if t.over {
		return errCut
	}
	left := t.answer.AfterBytes - t.written
	if t.answer.Kind == "" || len(b) <= left {
		t.written += len(b)
		return c.paced(b)
	}
	t.over = true
	if err := c.paced(b[:left]); err != nil {
		return err
	}
	c.strike(t.answer.Kind)
	return errCut
}

// paced sends b, in steps of a twentieth of a second where the link is slow.
func (c *channel) paced(b []byte) error {
	rate := c.trouble.rate
	if rate == 0 {
		return c.put(b)
	}
	step := max(1, rate/20)
	for len(b) > 0 {
		n := min(step, len(b))
		if err := c.put(b[:n]); err != nil {
			return err
		}
		c.trouble.paid += n
		if !c.delay(n) {
			return errCut
		}
		b = b[n:]
	}
	return nil
}
