// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
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
	to := landing{to: device, dialect: c.s.dialect}
	sum := tally{}
	c.receive(receiver{check: cmdFileCheck, begin: cmdFileBegin, data: cmdFileData, mode: to.takeMode,
		open: func(config transferConfig) (*incoming, string, bool) {
			if sum.began.IsZero() {
				sum.began = time.Now()
			}
			var refusal string
			if config.path, refusal = c.place(device, config.bundle, config.path); refusal != "" {
				return nil, refusal, false
			}
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
	// open makes the announced file, or refuses it, and perhaps it alone.
	open func(transferConfig) (in *incoming, refusal string, goOn bool)
	// mode is told the mode of the next file, or of a folder; nil where there
	// are none.
	mode func(m fileMode, folder bool)
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
			m, err := decodeMode(body)
			if err != nil || r.mode == nil {
				return
			}
			r.mode(m, command == cmdDirMode)
			if c.send(cmdFileMode, nil) != nil {
				return
			}
		case r.check:
			config, err := decodeConfig(body)
			if err != nil || in != nil {
				return
			}
			var refusal string
			var goOn bool
			if in, refusal, goOn = r.open(config); refusal != "" {
				if !goOn {
					c.sayLast(refusal)
					return
				}
				// Of a folder's files, one that cannot be made is passed over.
				if c.say(refusal) != nil || c.send(cmdFileFinish, []byte{1}) != nil {
					return
				}
				continue
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
	files, local, refusal := c.wanted(device, r)
	if refusal != "" {
		_ = c.say(refusal)
		return
	}
	for _, f := range files {
		if !c.offer(f, f.config(r, local), r.has("-m")) {
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
func (c *channel) wanted(device Storage, r request) (files []source, local, refusal string) {
	if refusal := c.s.dialect.refuses(r, usageRecvBundle); refusal != "" {
		return nil, "", refusal
	}
	if len(r.names) == 0 {
		return nil, "", textNoPaths
	}
	local = "."
	if len(r.names) > 1 {
		local = r.names[len(r.names)-1]
	}
	full, refusal := c.place(device, r.value("-b"), r.names[0])
	if refusal != "" {
		return nil, "", refusal
	}
	files, refusal = collect(device, strings.TrimSuffix(full, "/"))
	return files, local, refusal
}

// offer announces a file to the client, sends it, and waits for its word. One
// of a folder that cannot be opened is passed over.
func (c *channel) offer(f source, config transferConfig, modes bool) bool {
	file, err := f.from.OpenFile(f.full)
	if err != nil {
		return c.say(fmt.Sprintf(textOpenFailed, reason(err), f.full)) == nil && f.inFolder()
	}
	defer func() { _ = file.Close() }()
	if modes && !c.offerModes(f) {
		return false
	}
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

// offerModes tells the client the mode of a file, and with the first one those
// of its folders, the last one first. The client confirms each.
func (c *channel) offerModes(f source) bool {
	told := func(command uint16, m fileMode) bool {
		if c.send(command, m.encode()) != nil {
			return false
		}
		answer, _, ok := c.next()
		return ok && (answer == cmdFileMode || answer == cmdDirMode)
	}
	if !told(cmdFileMode, modeOf(f.info, "")) {
		return false
	}
	for _, m := range slices.Backward(f.folders) {
		if !told(cmdDirMode, m) {
			return false
		}
	}
	return true
}
