// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// A record is, little-endian:
//
//	crc    uint32  CRC-32C of all that follows
//	length uint32  of the payload
//	index  uint64
//	time   int64   Unix nanoseconds
//	payload
//
// The index makes a record tell its own place, so that the count of what is
// missing is known when reading goes on behind a damaged one. Sixteen zero
// bytes, which a power failure may leave, are no record: index 0 is none.
const headerSize = 24

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type record struct {
	index   uint64
	at      int64
	payload []byte
}

// header is the part of a record that can be judged before its payload is read.
type header struct {
	crc    uint32
	length uint32
	index  uint64
	at     int64
}

func parseHeader(b []byte) header {
	return header{
		crc:    binary.LittleEndian.Uint32(b),
		length: binary.LittleEndian.Uint32(b[4:]),
		index:  binary.LittleEndian.Uint64(b[8:]),
		at:     int64(binary.LittleEndian.Uint64(b[16:])),
	}
}

// appendRecord appends the encoded record to dst.
func appendRecord(dst []byte, r record) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.payload)))
	dst = binary.LittleEndian.AppendUint64(dst, r.index)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.at))
	dst = append(dst, r.payload...)
	binary.LittleEndian.PutUint32(dst[start:], crc32.Checksum(dst[start+4:], castagnoli))
	return dst
}
