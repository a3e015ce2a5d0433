// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"fmt"
	"io"
	"time"
)

// sendLocal copies files of the server's machine to the device.
func (c *channel) sendLocal(device Storage, r request) {
	refusal := c.s.dialect.refuses(r, usageSendBundle)
	switch {
	case refusal != "":
		c.sayLast(refusal)
		return
	case len(r.names) == 0:
		// The target is lost, and its hdcd lives on: recording
		// file-send-no-args.raw.
		c.s.SetState(c.bound.key, Offline)
		return
	case len(r.names) == 1:
		c.sayLast(textPathSplit)
		return
	case r.has("-z") && c.s.dialect.packHangs:
		c.hang()
		return
	}
	n := len(r.names)
	files, refusal := collect(c.s.o.Host, absolute(r.cwd, r.names[n-2]))
	if refusal != "" {
		c.sayLast(refusal)
		return
	}
	full, refusal := c.place(device, r.value("-b"), r.names[n-1])
	if refusal != "" {
		c.sayLast(refusal)
		return
	}
	c.sayLast(c.copy(files, device, r, full))
}

// hang answers nothing until the client leaves.
func (c *channel) hang() {
	for range c.frames {
		continue
	}
}

// recvLocal copies files of the device to the server's machine.
func (c *channel) recvLocal(device Storage, r request) {
	files, local, refusal := c.wanted(device, r)
	if refusal != "" {
		_ = c.say(refusal)
		return
	}
	if text := c.copy(files, c.s.o.Host, r, absolute(r.cwd, local)); text != "" {
		_ = c.say(text)
	}
}

// copy moves files from one side to the other and returns the text at the
// end, "" where the channel ends without one.
func (c *channel) copy(files []source, to Storage, r request, path string) string {
	l := landing{to: to, dialect: c.s.dialect}
	sum := tally{began: time.Now()}
	for _, f := range files {
		if r.has("-m") {
			l.takeMode(modeOf(f.info, ""), false)
			for _, m := range f.folders {
				l.takeMode(m, true)
			}
		}
		n, text, end := c.copyOne(f, &l, f.config(r, path))
		switch {
		case end == passedOver:
			if c.say(text) != nil {
				return ""
			}
			continue
		case end == gone || text != "":
			return text
		}
		sum.files++
		sum.bytes += n
	}
	return sum.String()
}

// ending is how the copy of one file ended.
type ending int

const (
	// arrived, or refused with a text, and with it the transfer.
	arrived ending = iota
	// passedOver: one of a folder's files cannot be opened or made; the others
	// come all the same.
	passedOver
	// gone: the client or the device has left.
	gone
)

func (c *channel) copyOne(f source, l *landing, config transferConfig) (n uint64, text string, end ending) {
	file, err := f.from.OpenFile(f.full)
	if err != nil {
		return 0, fmt.Sprintf(textOpenFailed, reason(err), f.full), over(f.inFolder())
	}
	defer func() { _ = file.Close() }()
	in, refusal, goOn := l.create(config)
	if refusal != "" {
		return 0, refusal, over(goOn)
	}
	buf := make([]byte, smallPiece)
	for {
		n, err := file.Read(buf)
		if n > 0 {
			if err := in.write(buf[:n]); err != nil {
				_ = in.close()
				return in.got, in.stopped(err), arrived
			}
			if !c.pass(n) {
				_ = in.close()
				return in.got, "", gone
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			_ = in.close()
			return in.got, in.stopped(err), arrived
		}
	}
	if err := in.close(); err != nil {
		return in.got, in.stopped(err), arrived
	}
	return in.got, "", arrived
}

// over is the end of a file that cannot be opened or made.
func over(goOn bool) ending {
	if goOn {
		return passedOver
	}
	return arrived
}
