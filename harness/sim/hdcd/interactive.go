// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bytes"
	"context"
	"strings"
	"sync"
)

// What a terminal does with a byte. Source: termios, as a device's own are not
// recorded: claim hdc.interactive-shell.
const (
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyBackspace = 0x08
	keyDelete    = 0x7f

	// maxTyped bounds a line, and what is typed while a command runs, as the
	// buffer of a terminal does.
	maxTyped = 4096
	prompt   = "$ "
)

// terminal is an interactive shell: every frame from the client is what its
// user typed, every frame to it what the screen shows. One goroutine reads what
// is typed; a second one runs the line.
type terminal struct {
	c      *channel
	device Target
	typed  []byte
	// ahead is what was typed while a command ran.
	ahead []byte
	// stop ends the running command and ended tells of its end; both are nil
	// where none runs.
	stop  context.CancelFunc
	ended chan struct{}

	// mu is for what is shown: the command prints while its user types.
	mu sync.Mutex
}

// interactive serves `shell` without a command. It ends with the shell, the
// client or the device; hdc has no way to end its input.
func (c *channel) interactive() {
	t := &terminal{c: c, device: c.begin()}
	if t.device == nil {
		return
	}
	defer t.interrupt()
	t.show(prompt)
	for {
		select {
		case f, open := <-c.frames:
			if !open || !t.take(f) {
				return
			}
		case <-t.ended:
			t.stop()
			t.stop, t.ended = nil, nil
			t.show(prompt)
			ahead := t.ahead
			t.ahead = nil
			if !t.take(ahead) {
				return
			}
		case <-c.gone().Done():
			return
		}
	}
}

// interrupt ends the running command and waits for that.
func (t *terminal) interrupt() {
	if t.ended != nil {
		t.stop()
		<-t.ended
	}
}

// take deals with what was typed, and reports whether the shell goes on.
func (t *terminal) take(keys []byte) bool {
	var echo []byte
	defer func() { t.show(string(echo)) }()
	for i, key := range keys {
		switch {
		case key == keyInterrupt && t.ended != nil:
			echo = append(echo, "^C\r\n"...)
			t.stop()
		case t.ended != nil:
			if len(t.ahead) < maxTyped {
				t.ahead = append(t.ahead, key)
			}
		case key == keyInterrupt:
			t.typed = nil
			echo = append(echo, "^C\r\n"+prompt...)
		case key == keyEnd && len(t.typed) == 0:
			return false
		case key == keyBackspace || key == keyDelete:
			if n := len(t.typed); n > 0 {
				t.typed = t.typed[:n-1]
				echo = append(echo, "\b \b"...)
			}
		case key == '\r' || key == '\n':
			t.show(string(echo) + "\r\n")
			echo = nil
			line := strings.TrimSpace(string(t.typed))
			t.typed = nil
			word, _, _ := strings.Cut(line, " ")
			switch word {
			case "":
				echo = append(echo, prompt...)
			case "exit":
				return false
			default:
				t.run(line)
				t.ahead = bytes.Clone(keys[i+1 : min(len(keys), i+1+maxTyped)])
				return true
			}
		case key >= ' ' || key == '\t':
			if len(t.typed) < maxTyped {
				t.typed = append(t.typed, key)
				echo = append(echo, key)
			}
		}
	}
	return true
}

// run starts a line on the device.
func (t *terminal) run(line string) {
	ctx, cancel := context.WithCancel(t.c.ctx)
	ended := make(chan struct{})
	t.stop, t.ended = cancel, ended
	go func() {
		defer close(ended)
		t.device.Shell(ctx, line, bytes.NewReader(nil), t)
	}()
}

// Write shows what a command prints, with the line ends of a terminal.
func (t *terminal) Write(b []byte) (int, error) {
	t.show(strings.ReplaceAll(string(b), "\n", "\r\n"))
	return len(b), nil
}

// show puts text onto the screen, in frames of the recorded size at most. What
// a client that is gone does not see is lost.
func (t *terminal) show(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(text) > 0 {
		n := min(len(text), maxOutput)
		if t.c.say(text[:n]) != nil {
			return
		}
		text = text[n:]
	}
}
