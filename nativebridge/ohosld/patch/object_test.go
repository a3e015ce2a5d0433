// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

var le = binary.LittleEndian

// rel is a relocation of a made-up object.
type rel struct {
	off    uint64
	sym    string
	typ    uint32
	addend int64
}

// source is a made-up go.o: code with its relocations, and .init_array's.
type source struct {
	machine elf.Machine
	typ     elf.Type
	text    []byte
	rels    []rel
	inits   []rel
}

// symbols of every made-up object, in the order of the table.
var symbols = []string{"runtime.tlsg", "_rt0_amd64_linux_lib", "_rt0_arm64_linux_lib", "other", "runtime.tls_g"}

func index(t testing.TB, name string) uint64 {
	for i, s := range symbols {
		if s == name {
			return uint64(i + 1)
		}
	}
	t.Fatalf("no symbol %q", name)
	return 0
}

// build writes the object as an assembler would.
func (s source) build(t testing.TB) []byte {
	t.Helper()
	type section struct {
		name                string
		typ                 elf.SectionType
		flags               elf.SectionFlag
		link, info, entsize int
		data                []byte
	}
	names := []byte{0}
	symtab := make([]byte, 24)
	for i, name := range symbols {
		e := make([]byte, 24)
		le.PutUint32(e, uint32(len(names)))
		names = append(append(names, name...), 0)
		e[4] = byte(elf.STB_LOCAL) << 4
		le.PutUint16(e[6:], 1)
		le.PutUint64(e[8:], uint64(16*i))
		symtab = append(symtab, e...)
	}
	rela := func(rels []rel) []byte {
		var b []byte
		for _, r := range rels {
			e := make([]byte, 24)
			le.PutUint64(e, r.off)
			le.PutUint64(e[8:], index(t, r.sym)<<32|uint64(r.typ))
			le.PutUint64(e[16:], uint64(r.addend))
			b = append(b, e...)
		}
		return b
	}
	sections := []section{
		{},
		{name: ".text", typ: elf.SHT_PROGBITS, flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, data: s.text},
		{name: ".rela.text", typ: elf.SHT_RELA, link: 5, info: 1, entsize: 24, data: rela(s.rels)},
		{name: ".init_array", typ: elf.SHT_INIT_ARRAY, flags: elf.SHF_ALLOC | elf.SHF_WRITE, data: make([]byte, 8*len(s.inits))},
		{name: ".rela.init_array", typ: elf.SHT_RELA, link: 5, info: 3, entsize: 24, data: rela(s.inits)},
		{name: ".symtab", typ: elf.SHT_SYMTAB, link: 6, info: 1 + len(symbols), entsize: 24, data: symtab},
		{name: ".strtab", typ: elf.SHT_STRTAB, data: names},
		{name: ".shstrtab", typ: elf.SHT_STRTAB},
	}
	shstr := []byte{0}
	at := make([]int, len(sections))
	for i, sec := range sections {
		at[i] = len(shstr)
		shstr = append(append(shstr, sec.name...), 0)
	}
	sections[len(sections)-1].data = shstr
	file := make([]byte, 64)
	headers := make([]byte, 0, 64*len(sections))
	for i, sec := range sections {
		for len(file)%8 != 0 {
			file = append(file, 0)
		}
		h := make([]byte, 64)
		le.PutUint32(h, uint32(at[i]))
		le.PutUint32(h[4:], uint32(sec.typ))
		le.PutUint64(h[8:], uint64(sec.flags))
		le.PutUint64(h[24:], uint64(len(file)))
		le.PutUint64(h[32:], uint64(len(sec.data)))
		le.PutUint32(h[40:], uint32(sec.link))
		le.PutUint32(h[44:], uint32(sec.info))
		le.PutUint64(h[48:], 1)
		le.PutUint64(h[56:], uint64(sec.entsize))
		headers = append(headers, h...)
		file = append(file, sec.data...)
	}
	for len(file)%8 != 0 {
		file = append(file, 0)
	}
	typ := s.typ
	if typ == elf.ET_NONE {
		typ = elf.ET_REL
	}
	copy(file, []byte{0x7f, 'E', 'L', 'F', 2, 1, 1})
	le.PutUint16(file[16:], uint16(typ))
	le.PutUint16(file[18:], uint16(s.machine))
	le.PutUint32(file[20:], 1)
	le.PutUint64(file[0x28:], uint64(len(file)))
	le.PutUint16(file[52:], 64)
	le.PutUint16(file[58:], 64)
	le.PutUint16(file[60:], uint16(len(sections)))
	le.PutUint16(file[62:], uint16(len(sections)-1))
	return append(file, headers...)
}

const (
	gottpoff = uint32(elf.R_X86_64_GOTTPOFF)
	page     = uint32(elf.R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21)
	low      = uint32(elf.R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC)
)

// amd64 is an object with one access, by the register that REX and ModRM name.
func amd64(rex, modrm byte) source {
	return source{
		machine: elf.EM_X86_64,
		text:    []byte{0x90, rex, 0x8b, modrm, 0, 0, 0, 0, 0x64, 0x48, 0x8b, 0x00, 0xc3},
		rels:    []rel{{4, "runtime.tlsg", gottpoff, -4}},
		inits:   []rel{{0, "_rt0_amd64_linux_lib", uint32(elf.R_X86_64_64), 0}},
	}
}

// arm64 is an object with one access.
func arm64() source {
	var text bytes.Buffer
	for _, word := range []uint32{0xd503201f, 0x90000000 | 27, 0xf9400000 | 27<<5 | 27, 0xd65f03c0} {
		_ = binary.Write(&text, le, word)
	}
	return source{
		machine: elf.EM_AARCH64,
		text:    text.Bytes(),
		rels:    []rel{{4, "runtime.tls_g", page, 0}, {8, "runtime.tls_g", low, 0}},
		inits:   []rel{{0, "_rt0_arm64_linux_lib", uint32(elf.R_AARCH64_ABS64), 0}},
	}
}
