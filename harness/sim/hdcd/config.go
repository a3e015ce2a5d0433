// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"encoding/binary"
	"errors"
	"math"
)

// transferConfig announces a file, in frames of the commands FILE_CHECK and
// APP_CHECK. Times are in nanoseconds since 1970, 0 where none is kept.
type transferConfig struct {
	size, atime, mtime uint64
	options            string
	// path is the other side's path as the user wrote it, name the file's own
	// name, or its path from the sent folder on.
	path, name  string
	updateIfNew bool
	compress    uint64
	hold        bool
	function    string
	cwd         string
	// bundle is the sandbox of -b; last is not used by any recorded version.
	bundle, last string
}

// payloadHeader is the fixed space in front of a piece of a file.
const payloadHeader = 64

// Kinds of compression.
const (
	compressNone = 0
	compressLZ4  = 1
)

// piece describes the bytes in a frame of the command FILE_DATA or APP_DATA:
// where in the file they belong, and their size in the frame and in the file.
type piece struct {
	index, compress, packed, size uint64
}

var errBadMessage = errors.New("a message that is not protobuf")

// Wire types of protobuf.
const (
	wireVarint = 0
	wireEight  = 1
	wireBytes  = 2
	wireFour   = 5
)

// encode writes every field, empty ones too, as hdc does.
func (c transferConfig) encode() []byte {
	flag := func(b bool) uint64 {
		if b {
			return 1
		}
		return 0
	}
	var m message
	m.number(1, c.size)
	m.number(2, c.atime)
	m.number(3, c.mtime)
	m.text(4, c.options)
	m.text(5, c.path)
	m.text(6, c.name)
	m.number(7, flag(c.updateIfNew))
	m.number(8, c.compress)
	m.number(9, flag(c.hold))
	m.text(10, c.function)
	m.text(11, c.cwd)
	m.text(12, c.bundle)
	m.text(13, c.last)
	return m
}

func decodeConfig(b []byte) (transferConfig, error) {
	var c transferConfig
	err := fields(b, func(field uint64, n uint64, text []byte) {
		switch field {
		case 1:
			c.size = n
		case 2:
			c.atime = n
		case 3:
			c.mtime = n
		case 4:
			c.options = string(text)
		case 5:
			c.path = string(text)
		case 6:
			c.name = string(text)
		case 7:
			c.updateIfNew = n != 0
		case 8:
			c.compress = n
		case 9:
			c.hold = n != 0
		case 10:
			c.function = string(text)
		case 11:
			c.cwd = string(text)
		case 12:
			c.bundle = string(text)
		case 13:
			c.last = string(text)
		}
	})
	if err == nil && c.size > math.MaxInt64 {
		err = errBadMessage
	}
	return c, err
}

// encode returns the piece with its padding.
func (p piece) encode() []byte {
	var m message
	m.number(1, p.index)
	m.number(2, p.compress)
	m.number(3, p.packed)
	m.number(4, p.size)
	return append(m, make([]byte, payloadHeader-len(m))...)
}

// decodePiece splits a frame's body into its description and its bytes.
func decodePiece(b []byte) (piece, []byte, error) {
	var p piece
	if len(b) < payloadHeader {
		return p, nil, errBadMessage
	}
	err := fields(b[:payloadHeader], func(field uint64, n uint64, _ []byte) {
		switch field {
		case 1:
			p.index = n
		case 2:
			p.compress = n
		case 3:
			p.packed = n
		case 4:
			p.size = n
		}
	})
	if err == nil && p.packed != uint64(len(b)-payloadHeader) {
		err = errBadMessage
	}
	return p, b[payloadHeader:], err
}

// message is a protobuf message that is being written.
type message []byte

func (m *message) number(field, n uint64) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, field<<3|wireVarint), n)
}

func (m *message) text(field uint64, s string) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, field<<3|wireBytes), uint64(len(s)))
	*m = append(*m, s...)
}

// fields calls f for each field of a message, up to its end or to a zero tag,
// where padding begins. Fields of a fixed size are skipped: hdc has none here.
func fields(b []byte, f func(field, n uint64, text []byte)) error {
	number := func() (uint64, bool) {
		n, used := binary.Uvarint(b)
		if used <= 0 {
			return 0, false
		}
		b = b[used:]
		return n, true
	}
	for len(b) > 0 {
		tag, ok := number()
		if !ok {
			return errBadMessage
		}
		if tag == 0 {
			return nil
		}
		var n uint64
		switch tag & 7 {
		case wireVarint, wireBytes:
			if n, ok = number(); !ok {
				return errBadMessage
			}
		case wireEight:
			n = 8
		case wireFour:
			n = 4
		default:
			return errBadMessage
		}
		if tag&7 == wireVarint {
			f(tag>>3, n, nil)
			continue
		}
		if n > uint64(len(b)) {
			return errBadMessage
		}
		if tag&7 == wireBytes {
			f(tag>>3, 0, b[:n])
		}
		b = b[n:]
	}
	return nil
}
