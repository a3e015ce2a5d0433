// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The commands of the frames by which client and device exchange a file through
// the server ("remote mode"): two bytes, little endian, in front of the body.
// Files and apps have the same five at another base. Source: OpenHarmony
// developtools_hdc, define_enum.h; recordings file-*.cli and install-*.cli.
const (
	taskClose  = 2
	taskWakeup = 12
	fileTask   = 3000
	appTask    = 3500

	// Added to a base.
	taskInit   = 0
	taskCheck  = 1
	taskBegin  = 2
	taskData   = 3
	taskFinish = 4
	ownMode    = 6
	dirMode    = 7
	taskLast   = 7
)

// The sizes of the pieces in which real clients send a file: the second where
// the device offers huge buffers in its answer. Source: recordings
// file-send-1m.cli of 2.0.0a and 3.2.0f.
const (
	smallPiece = 49152
	hugePiece  = 418611
)

// taskFeatures is the recorded answer of a client that takes huge buffers.
var taskFeatures = []byte{5, 0, 0, 0, 0, 0, 0, 0}

// pieceHeader is the space in front of a piece's bytes, padded by zeros.
const pieceHeader = 64

// appendTask appends a frame with a command and its body to b.
func appendTask(b []byte, command uint16, body []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)+2))
	b = binary.LittleEndian.AppendUint16(b, command)
	return append(b, body...)
}

// parseTask takes a frame apart; false for one that is text. No text of hdc
// starts with the two bytes of a command.
func parseTask(payload []byte) (command uint16, body []byte, ok bool) {
	if len(payload) < 2 {
		return 0, nil, false
	}
	command = binary.LittleEndian.Uint16(payload)
	switch {
	case command == taskClose, command == taskWakeup,
		command >= fileTask && command <= fileTask+taskLast, command >= appTask && command <= appTask+taskLast:
		return command, payload[2:], true
	}
	return 0, nil, false
}

// transferConfig announces a file. It is written like a protobuf message, with
// all fields, empty ones too.
type transferConfig struct {
	size, accessed, modified uint64
	options, path, name      string
	ifNewer, compress, keep  uint64
	function, folder         string
	reserve1, reserve2       string
}

// fields lists them in the order of their numbers, from 1.
func (c *transferConfig) fields() []any {
	return []any{&c.size, &c.accessed, &c.modified, &c.options, &c.path, &c.name, &c.ifNewer, &c.compress, &c.keep,
		&c.function, &c.folder, &c.reserve1, &c.reserve2}
}

// piece says where the bytes behind it belong.
type piece struct{ index, compress, packed, size uint64 }

func (p *piece) fields() []any { return []any{&p.index, &p.compress, &p.packed, &p.size} }

// The wire types of protobuf that hdc uses.
const (
	wireVarint = 0
	wireBytes  = 2
)

// appendFields writes numbers and texts.
func appendFields(b []byte, fields []any) []byte {
	for i, field := range fields {
		switch v := field.(type) {
		case *uint64:
			b = append(b, byte((i+1)<<3|wireVarint))
			b = binary.AppendUvarint(b, *v)
		case *string:
			b = append(b, byte((i+1)<<3|wireBytes))
			b = binary.AppendUvarint(b, uint64(len(*v)))
			b = append(b, *v...)
		}
	}
	return b
}

var errFields = errors.New("a transfer's header cannot be read")

// readFields fills fields and passes over those of other numbers. It stops at
// the end or at a tag of 0, which pads a piece's header.
func readFields(b []byte, fields []any) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errFields
		}
		if tag == 0 {
			return nil
		}
		b = b[n:]
		value, n := binary.Uvarint(b)
		if n <= 0 {
			return errFields
		}
		b = b[n:]
		var text string
		switch tag & 7 {
		case wireVarint:
		case wireBytes:
			if value > uint64(len(b)) {
				return errFields
			}
			text, b = string(b[:value]), b[value:]
		default:
			return fmt.Errorf("%w: wire type %d", errFields, tag&7)
		}
		number := tag >> 3
		if number < 1 || number > uint64(len(fields)) {
			continue
		}
		switch field := fields[number-1].(type) {
		case *uint64:
			if tag&7 == wireVarint {
				*field = value
			}
		case *string:
			if tag&7 == wireBytes {
				*field = text
			}
		}
	}
	return nil
}

// appendPiece writes the body of a data frame.
func appendPiece(b []byte, index int64, data []byte) []byte {
	size := uint64(len(data))
	p := piece{index: uint64(index), packed: size, size: size}
	start := len(b)
	b = appendFields(b, p.fields())
	for len(b) < start+pieceHeader {
		b = append(b, 0)
	}
	return append(b, data...)
}

// readPiece takes the body of a data frame apart. Its bytes have to follow
// those of before, uncompressed, as they were asked for.
func readPiece(body []byte, want int64) ([]byte, error) {
	if len(body) < pieceHeader {
		return nil, fmt.Errorf("%w: %d bytes", errFields, len(body))
	}
	var p piece
	if err := readFields(body[:pieceHeader], p.fields()); err != nil {
		return nil, err
	}
	data := body[pieceHeader:]
	if p.compress != 0 || p.index != uint64(want) || p.size != uint64(len(data)) || p.packed != p.size {
		return nil, fmt.Errorf("%w: a piece at %d of %d bytes (compression %d), but %d bytes at %d are there", errFields,
			p.index, p.size, p.compress, len(data), want)
	}
	return data, nil
}
