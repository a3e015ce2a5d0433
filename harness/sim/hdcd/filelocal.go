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
	switch {
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
	c.sayLast(c.copy(files, device, r, onDevice(r.names[n-1])))
}

// hang answers nothing until the client leaves.
func (c *channel) hang() {
	for range c.frames {
		continue
	}
}

// recvLocal copies files of the device to the server's machine.
func (c *channel) recvLocal(device Storage, r request) {
	files, local, refusal := wanted(device, r)
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
	l := landing{to: to}
	sum := tally{began: time.Now()}
	for _, f := range files {
		n, text, ok := c.copyOne(f, &l, f.config(r, path))
		if !ok || text != "" {
			return text
		}
		sum.files++
		sum.bytes += n
	}
	return sum.String()
}

func (c *channel) copyOne(f source, l *landing, config transferConfig) (n uint64, text string, ok bool) {
	file, err := f.from.OpenFile(f.full)
	if err != nil {
		return 0, fmt.Sprintf(textOpenFailed, reason(err), f.full), true
	}
	defer func() { _ = file.Close() }()
	in, refusal := l.create(config)
	if refusal != "" {
		return 0, refusal, true
	}
	buf := make([]byte, smallPiece)
	for {
		n, err := file.Read(buf)
		if n > 0 {
			if err := in.write(buf[:n]); err != nil {
				_ = in.close()
				return in.got, in.stopped(err), true
			}
			if !c.pass(n) {
				_ = in.close()
				return in.got, "", false
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			_ = in.close()
			return in.got, in.stopped(err), true
		}
	}
	if err := in.close(); err != nil {
		return in.got, in.stopped(err), true
	}
	return in.got, "", true
}
