// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"bytes"
	"debug/elf"
)

// table is the table of symbols with those that are added; the added ones are
// global, so that they may stand behind all others.
type table struct {
	symbols []byte
	strings []byte
	index   map[string]uint32
	names   []string
}

func newTable(symbols, strings []byte) *table {
	return &table{symbols: bytes.Clone(symbols), strings: bytes.Clone(strings), index: map[string]uint32{}}
}

// undefined adds a symbol that another object defines, once, and returns its
// index. It is hidden: nothing outside the library may take its place.
func (t *table) undefined(name string) uint32 {
	return t.add(name, byte(elf.STB_GLOBAL)<<4|byte(elf.STT_NOTYPE), elf.Symbol{Section: elf.SHN_UNDEF})
}

// define adds another name for a symbol that is there.
func (t *table) define(name string, info byte, of elf.Symbol) uint32 { return t.add(name, info, of) }

func (t *table) add(name string, info byte, of elf.Symbol) uint32 {
	if i, ok := t.index[name]; ok {
		return i
	}
	var e [symbolSize]byte
	le.PutUint32(e[0:], uint32(len(t.strings)))
	e[4], e[5] = info, byte(elf.STV_HIDDEN)
	le.PutUint16(e[6:], uint16(of.Section))
	le.PutUint64(e[8:], of.Value)
	le.PutUint64(e[16:], of.Size)
	i := uint32(len(t.symbols) / symbolSize)
	t.symbols = append(t.symbols, e[:]...)
	t.strings = append(append(t.strings, name...), 0)
	t.index[name] = i
	t.names = append(t.names, name)
	return i
}
