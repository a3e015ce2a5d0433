// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"encoding/binary"
	"fmt"
	"io"
)

// maxFrame bounds one frame. Servers were seen to send up to 64 KiB, and know
// buffers of 512 KiB; a longer one is not from an hdc server.
const maxFrame = 4 << 20

// FrameError is a frame that no hdc server sends: an empty one, or one longer
// than this package accepts.
type FrameError struct {
	// Length is what the four bytes of the header say.
	Length uint32
}

// Error implements error.
func (e *FrameError) Error() string {
	return fmt.Sprintf("a frame of %d bytes (an hdc server sends 1 to %d): "+
		"something else than an hdc server answers there, or the connection is out of step", e.Length, maxFrame)
}

// readFrame reads one frame. A clean end before the header is io.EOF; an end
// inside a frame is io.ErrUnexpectedEOF.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxFrame {
		return nil, &FrameError{Length: n}
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return payload, nil
}

// appendFrame appends payload with its header to b.
func appendFrame(b, payload []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return append(b, payload...)
}
