// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"crypto/rand"
	"strconv"
)

// sentinel is the line that a command prints when it has ended: a random
// nonce, a colon and the exit status. It is claim hdc.sentinel.
type sentinel struct{ left, right string }

// newSentinel draws a nonce of 26 letters and digits.
func newSentinel() sentinel {
	nonce := rand.Text()
	return sentinel{left: "pp-" + nonce[:13], right: nonce[13:]}
}

// wrap returns the line that runs command on the device.
//
// The channel's end only sends SIGTERM to the sh that runs this line, not to
// its children. So the command runs in the background while sh waits, and the
// trap kills sh's process group, which hdcd made for it (claim
// hdc.shell-group): the command ends with the channel, also when this process
// is killed. The trap is off before the sentinel is printed, so that the close
// that follows it spares what the command has left behind on purpose. Shells
// without traps for signals ignore them silently.
//
// stdin is /dev/null because a one-shot shell's stdin is the reading end of
// its own output. The nonce is written in two halves, so that a command that
// prints its own command line (ps) does not print it. The line never ends in a
// quote: 2.0.0a strips a lone one.
func (s sentinel) wrap(command string) string {
	return "trap 'kill -9 0' TERM 2>/dev/null; (" + command + ") </dev/null & wait $!; s=$?; " +
		"trap '' TERM 2>/dev/null; echo " + s.left + "''" + s.right + ":$s"
}

// maxStatus is the length of the longest rest of a sentinel: "255\r\n".
const maxStatus = 5

// scanner looks for a sentinel in output that arrives in pieces.
type scanner struct {
	mark []byte
	from int
}

func (s sentinel) scanner() *scanner { return &scanner{mark: []byte(s.left + s.right + ":")} }

// find looks at the whole output so far and returns where the sentinel starts
// and its exit status. Look-alikes (the nonce without a complete status line)
// are output.
func (s *scanner) find(out []byte) (start, exit int, found bool) {
	for {
		i := bytes.Index(out[s.from:], s.mark)
		if i < 0 {
			s.from = max(s.from, len(out)-len(s.mark)+1)
			return 0, 0, false
		}
		at := s.from + i
		rest := out[at+len(s.mark):]
		line, _, complete := bytes.Cut(rest[:min(len(rest), maxStatus)], []byte("\n"))
		if !complete && len(rest) < maxStatus {
			s.from = at
			return 0, 0, false
		}
		if code, ok := status(bytes.TrimSuffix(line, []byte("\r"))); complete && ok {
			return at, code, true
		}
		s.from = at + 1
	}
}

// status reads an exit status: one to three digits, at most 255.
func status(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 3 || bytes.ContainsFunc(b, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	code, err := strconv.Atoi(string(b))
	return code, err == nil && code <= 255
}
