// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// maxCommand is the longest command line that a device's sh takes; a longer
// one ends without output.
const maxCommand = 128<<10 - 1

// shellCommand answers `shell ARGUMENTS`, and `shell` alone by a terminal.
func (c *channel) shellCommand(line string) (text string, open bool) {
	if strings.TrimSpace(line) == "" {
		c.interactive()
		return "", false
	}
	if sandboxed, ok := strings.CutPrefix(line, "-b "); ok && c.s.dialect.sandbox {
		bundle, _, _ := strings.Cut(sandboxed, " ")
		return fmt.Sprintf(textBadBundle, bundle), false
	}
	line = c.s.dialect.unquote(line)
	if len(line) > maxCommand {
		return "", false
	}
	c.shell(line)
	return "", false
}

// unquote strips the pair of quotes that the hdc command puts around a line.
// 2.0.0a also strips a lone one at the end, behind a pair as well (recordings
// shell-sentinel.raw and shell-sentinel.cli).
func (d dialect) unquote(line string) string {
	if len(line) >= 2 && strings.HasPrefix(line, `"`) && strings.HasSuffix(line, `"`) {
		line = line[1 : len(line)-1]
		if !d.loneQuote || !strings.HasSuffix(line, `"`) {
			return line
		}
	}
	if d.loneQuote {
		return strings.TrimSuffix(line, `"`)
	}
	return line
}

// shell runs a line on the device and sends what it prints. It returns when
// the line has ended, the device is gone, or the client is. A further command
// on the same channel takes the place of the first, as in the real server
// (recording shell-pipelined-two).
func (c *channel) shell(line string) {
	for {
		ctx, cancel := context.WithCancel(c.ctx)
		out := &output{c: c, cancel: cancel}
		ended := make(chan struct{})
		c.s.mu.Lock()
		device, gone := c.bound.device, c.bound.gone
		c.s.mu.Unlock()
		if device == nil {
			cancel()
			return
		}
		stopped := context.AfterFunc(gone, cancel)
		go func() {
			defer close(ended)
			device.Shell(ctx, line, bytes.NewReader(nil), out)
		}()
		var next []byte
		select {
		case <-ended:
		case f, ok := <-c.frames:
			if ok {
				next = f
			}
			out.mute()
			cancel()
			<-ended
		case <-gone.Done():
			out.mute()
			<-ended
		}
		stopped()
		if next == nil {
			out.finish(gone)
			cancel()
			return
		}
		cancel()
		line = c.s.dialect.unquote(strings.TrimPrefix(command(next), "shell "))
	}
}

// output turns what a command prints into frames.
type output struct {
	c      *channel
	cancel context.CancelFunc

	mu    sync.Mutex
	muted bool
	wrote bool
	// last is the line that is kept back, where the last one is to be lost.
	last []byte
	// sent is when the last packet left; held is what waits behind it.
	sent  time.Time
	held  []byte
	timer *time.Timer
}

// Write sends b, or holds it back where small packets are. After the end of
// the channel it swallows everything: a real process then writes into a pipe
// that nobody reads.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.muted || len(b) == 0 {
		return len(b), nil
	}
	n := len(b)
	if o.c.trouble.loseLine {
		b = o.butLast(b)
		if len(b) == 0 {
			return n, nil
		}
	}
	o.wrote = true
	delay := o.c.s.o.CloseDelay - time.Since(o.sent)
	if !o.c.s.o.SmallPackets || o.sent.IsZero() || delay <= 0 {
		o.flush(append(o.held, b...))
		return n, nil
	}
	o.held = append(o.held, b...)
	if len(o.held) >= maxOutput {
		o.flush(o.held)
	} else if o.timer == nil {
		o.timer = time.AfterFunc(delay, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			if !o.muted {
				o.flush(o.held)
			}
		})
	}
	return n, nil
}

// butLast keeps the last line back, which the fault LostSentinel loses, and
// returns what stood before it.
func (o *output) butLast(b []byte) []byte {
	b = append(o.last, b...)
	end := bytes.LastIndexByte(bytes.TrimSuffix(b, []byte("\n")), '\n') + 1
	if len(b)-end > maxOutput {
		end = len(b) // no line of a shell is as long
	}
	o.last = bytes.Clone(b[end:])
	return b[:end]
}

// flush sends b in frames, with the mutex held.
func (o *output) flush(b []byte) {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	o.held = nil
	for len(b) > 0 {
		n := min(len(b), maxOutput)
		if o.c.say(string(b[:n])) != nil {
			o.muted = true
			o.cancel()
			return
		}
		b = b[n:]
	}
	o.sent = time.Now()
}

// mute drops everything from now on.
func (o *output) mute() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.muted = true
}

// finish waits until the channel may end: after the pause that follows the
// last output, or at once where the device or the client is gone.
func (o *output) finish(gone context.Context) {
	o.mu.Lock()
	pause := o.c.s.o.CloseDelay - time.Since(o.sent)
	wait := o.wrote && !o.muted && pause > 0
	o.mu.Unlock()
	if wait {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-gone.Done():
		case <-o.c.ctx.Done():
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.muted && len(o.held) > 0 {
		o.flush(o.held)
	}
	o.muted = true
	if o.timer != nil {
		o.timer.Stop()
	}
}
