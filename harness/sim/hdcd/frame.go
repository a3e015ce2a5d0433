// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// maxFrame bounds a client's frame. Real servers allow up to INT_MAX; a
// command longer than 128 KiB fails on the device in any case.
const maxFrame = 1 << 20

// maxOutput bounds a frame of output. Source: recording shell-1mib.
const maxOutput = 64 << 10

var errBadFrame = errors.New("a frame of length 0 or over the limit")

// readFrame reads one frame. A bad length is noticed only when more bytes
// follow, as in the real server (recordings frame-zero-length,
// frame-zero-then-command).
func readFrame(r *bufio.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxFrame {
		if _, err := r.Peek(1); err != nil {
			return nil, err
		}
		return nil, errBadFrame
	}
	payload := room(int(n))
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, err
	}
	return payload, nil
}

// large is the size from where on a frame's memory is used again, spare what
// is added to it.
const (
	large = 32 << 10
	spare = 1 << 10
)

// used holds the memory of large frames that have been dealt with.
var used sync.Pool

// room returns n bytes, with anything in them.
func room(n int) []byte {
	if n >= large {
		if b, ok := used.Get().(*[]byte); ok && cap(*b) >= n {
			return (*b)[:n]
		}
	}
	// What is given back is shorter at its front by a command.
	return make([]byte, n, n+spare)
}

// done gives a frame's memory back. Nobody may look at it any more.
func done(b []byte) {
	if cap(b) >= large {
		used.Put(&b)
	}
}

// frame returns payload with its header.
func frame(payload string) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(payload)), uint32(len(payload)))
	return append(b, payload...)
}
