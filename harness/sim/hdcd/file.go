// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"
)

// fileCommand answers `file send` and `file recv`. In remote mode the client
// opens its own files, otherwise the server does.
func (c *channel) fileCommand(line string) (text string, open bool) {
	verb, rest, _ := strings.Cut(line, " ")
	if verb != "send" && verb != "recv" {
		return textUnknownCommand, c.alive
	}
	device, ok := c.begin().(Storage)
	r := parseRequest(rest)
	switch {
	case !ok:
		return fmt.Sprintf(textNotSimulated, "file "+verb), false
	case r.has("-b"):
		return fmt.Sprintf(textNotSimulated, "file "+verb+" -b"), false
	case verb == "send" && r.remote:
		c.sendRemote(device, strings.TrimPrefix(rest, "remote "))
	case verb == "send":
		c.sendLocal(device, r)
	case r.remote:
		c.recvRemote(device, r)
	default:
		c.recvLocal(device, r)
	}
	return "", false
}

// begin takes hold of the channel's device for one command, nil if it is gone.
func (c *channel) begin() Target {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.left = c.bound.gone
	if c.left == nil {
		c.left = c.ctx
	}
	return c.bound.device
}

// gone ends when the device that begin took hold of has left.
func (c *channel) gone() context.Context { return c.left }

// sayLast sends the text that ends a command, and waits as long as the real
// server does before the end.
func (c *channel) sayLast(text string) {
	if text == "" || c.say(text) != nil || c.s.o.CloseDelay == 0 {
		return
	}
	c.rest(c.s.o.CloseDelay)
}

// rest waits, and reports false when the client or the device left meanwhile.
func (c *channel) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.gone().Done():
	case <-c.ctx.Done():
	}
	return false
}

// sendRemote receives files from the client. The server hands the line back,
// and the client begins.
func (c *channel) sendRemote(device Storage, line string) {
	if c.send(cmdFileInit, []byte(line)) != nil {
		return
	}
	to := landing{to: device}
	sum := tally{}
	c.receive(receiver{check: cmdFileCheck, begin: cmdFileBegin, data: cmdFileData,
		open: func(config transferConfig) (*incoming, string) {
			if sum.began.IsZero() {
				sum.began = time.Now()
			}
			config.path = onDevice(config.path)
			return to.create(config)
		},
		landed: func(in *incoming) bool {
			sum.files++
			sum.bytes += in.got
			return c.send(cmdFileFinish, []byte{1}) == nil
		},
		finish: func() { c.sayLast(sum.String()) },
	})
}

// onDevice makes a path absolute: hdcd runs in that folder.
func onDevice(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return deviceFolder + "/" + name
}

// deviceFolder is where hdcd puts packages.
const deviceFolder = "/data/local/tmp"

// receiver is what differs between receiving files and packages.
type receiver struct {
	check, begin, data uint16
	// open makes the announced file, or refuses it.
	open func(transferConfig) (*incoming, string)
	// landed is called with a complete file and reports whether to go on.
	landed func(*incoming) bool
	// finish is called when the client says that it has sent everything.
	finish func()
}

// receive deals with the client's frames until it has sent everything, ends
// the channel, or sends nonsense.
func (c *channel) receive(r receiver) {
	var in *incoming
	defer func() {
		if in != nil {
			_ = in.close()
		}
	}()
	for {
		command, body, ok := c.next()
		if !ok {
			return
		}
		switch command {
		case cmdWakeup:
		case cmdFileMode, cmdDirMode:
			if c.send(command, nil) != nil {
				return
			}
		case r.check:
			config, err := decodeConfig(body)
			if err != nil || in != nil {
				return
			}
			var refusal string
			if in, refusal = r.open(config); refusal != "" {
				c.sayLast(refusal)
				return
			}
			if c.send(r.begin, c.s.dialect.featureFlags()) != nil {
				return
			}
		case r.data:
			if in == nil {
				return
			}
			if in.config.compress != compressNone && c.s.dialect.packHangs {
				c.hang()
				return
			}
			if err := in.add(body); err != nil {
				c.sayLast(in.stopped(err))
				return
			}
			moved := len(body)
			done(body)
			if !c.pass(moved) {
				return
			}
			if !in.complete() {
				continue
			}
			whole := in
			in = nil
			if err := whole.close(); err != nil {
				c.sayLast(whole.stopped(err))
				return
			}
			if !r.landed(whole) {
				return
			}
		case cmdFileFinish:
			if r.finish != nil {
				r.finish()
			}
			return
		default:
			return
		}
	}
}

// recvRemote sends files to the client.
func (c *channel) recvRemote(device Storage, r request) {
	files, local, refusal := wanted(device, r)
	if refusal != "" {
		_ = c.say(refusal)
		return
	}
	for _, f := range files {
		if !c.offer(f, f.config(r, local)) {
			return
		}
	}
	if c.send(cmdFileFinish, []byte{0}) == nil {
		// The client ends the channel.
		_, _, _ = c.next()
	}
}

// wanted lists what a recv asks for. Without a local name the client's folder
// is meant.
func wanted(device Storage, r request) (files []source, local, refusal string) {
	if len(r.names) == 0 {
		return nil, "", textNoPaths
	}
	local = "."
	if len(r.names) > 1 {
		local = r.names[len(r.names)-1]
	}
	files, refusal = collect(device, onDevice(r.names[0]))
	return files, local, refusal
}

// offer announces a file to the client, sends it, and waits for its word.
func (c *channel) offer(f source, config transferConfig) bool {
	file, err := f.from.OpenFile(f.full)
	if err != nil {
		_ = c.say(fmt.Sprintf(textOpenFailed, reason(err), f.full))
		return false
	}
	defer func() { _ = file.Close() }()
	if c.send(cmdFileCheck, config.encode()) != nil {
		return false
	}
	command, flags, ok := c.next()
	if !ok || command != cmdFileBegin {
		return false
	}
	size := smallPiece
	if len(flags) > 0 && flags[0]&featureHuge != 0 && c.s.dialect.features&featureHuge != 0 {
		size = hugePiece
	}
	// The frame is made in place: length, command, header, bytes.
	const head = 4 + 2 + payloadHeader
	buf := make([]byte, head+size)
	for sent := uint64(0); ; {
		n, err := io.ReadFull(file, buf[head:head+int(min(uint64(size), config.size-sent))])
		if err != nil && n == 0 && config.size > 0 {
			return false
		}
		binary.BigEndian.PutUint32(buf, uint32(head-4+n))
		binary.LittleEndian.PutUint16(buf[4:], cmdFileData)
		copy(buf[6:], piece{index: sent, packed: uint64(n), size: uint64(n)}.encode())
		if c.cutsFrame(n) {
			_ = c.write(buf[:(head+n)/2])
			return false
		}
		if c.write(buf[:head+n]) != nil || !c.pass(n) {
			return false
		}
		if sent += uint64(n); sent == config.size {
			break
		}
	}
	command, word, ok := c.next()
	return ok && command == cmdFileFinish && len(word) > 0 && word[0] == 1
}
