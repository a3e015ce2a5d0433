// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"bytes"
	"debug/elf"
	"fmt"
	"iter"
)

// Sizes of ELF's records for 64-bit machines.
const (
	relaSize   = 24
	symbolSize = 24
	// Where e_shoff and e_shentsize stand in the file's header, and sh_offset
	// and sh_size in a section's.
	sectionTableAt = 0x28
	headerSizeAt   = 0x3a
	offsetAt       = 24
	sizeAt         = 32
)

// object is a go.o while it is rewritten: code and relocations in place,
// symbols in a new table at the end, since the old one has no room.
type object struct {
	machine     elf.Machine
	bytes       []byte
	sections    []*elf.Section
	symbols     []elf.Symbol
	symtab      int
	relocations []relocations
	added       *table
}

// relocations are those of one section.
type relocations struct {
	target *elf.Section
	// code are the target's bytes, nil for one that has none in the file.
	code []byte
	rela []byte
}

// open reads what there is. It copies b.
func open(b []byte) (*object, error) {
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		return nil, &FormatError{What: err.Error()}
	}
	switch {
	case f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB:
		return nil, &FormatError{What: fmt.Sprintf("it is %s, %s, and not a 64-bit little-endian one", f.Class, f.Data)}
	case f.Machine != elf.EM_X86_64 && f.Machine != elf.EM_AARCH64:
		return nil, &FormatError{What: fmt.Sprintf("it is for %s; ohosld knows amd64 and arm64", f.Machine)}
	case f.Type != elf.ET_REL:
		return nil, &FormatError{What: fmt.Sprintf("it is %s and no relocatable object", f.Type)}
	}
	o := &object{machine: f.Machine, bytes: bytes.Clone(b), sections: f.Sections, symtab: -1}
	if o.symbols, err = f.Symbols(); err != nil {
		return nil, &FormatError{What: "its symbols: " + err.Error()}
	}
	for i, s := range f.Sections {
		switch s.Type {
		case elf.SHT_SYMTAB:
			o.symtab = i
		case elf.SHT_RELA:
			if err := o.addRelocations(s); err != nil {
				return nil, err
			}
		case elf.SHT_REL:
			return nil, &FormatError{What: fmt.Sprintf("section %s has relocations without addends", s.Name)}
		}
	}
	return o, o.openTable()
}

func (o *object) addRelocations(s *elf.Section) error {
	if int(s.Info) >= len(o.sections) {
		return &FormatError{What: fmt.Sprintf("section %s belongs to section %d, which is not there", s.Name, s.Info)}
	}
	target := o.sections[s.Info]
	rela, err := o.data(s)
	if err != nil {
		return err
	}
	if len(rela)%relaSize != 0 {
		return &FormatError{What: fmt.Sprintf("section %s has %d bytes, no multiple of %d", s.Name, len(rela), relaSize)}
	}
	rels := relocations{target: target, rela: rela}
	if target.Type != elf.SHT_NOBITS {
		if rels.code, err = o.data(target); err != nil {
			return err
		}
	}
	o.relocations = append(o.relocations, rels)
	return nil
}

// openTable starts the new tables with the old ones.
func (o *object) openTable() error {
	if o.symtab < 0 {
		return &FormatError{What: "it has no table of symbols"}
	}
	symtab := o.sections[o.symtab]
	if int(symtab.Link) >= len(o.sections) || symtab.Link == 0 {
		return &FormatError{What: "its table of symbols has no names"}
	}
	symbols, err := o.data(symtab)
	if err != nil {
		return err
	}
	names, err := o.data(o.sections[symtab.Link])
	if err != nil {
		return err
	}
	if len(symbols)/symbolSize != len(o.symbols)+1 {
		return &FormatError{What: "its table of symbols is damaged"}
	}
	o.added = newTable(symbols, names)
	return nil
}

// data returns a section's bytes in place, so that writing to them rewrites
// the object.
func (o *object) data(s *elf.Section) ([]byte, error) {
	if s.Flags&elf.SHF_COMPRESSED != 0 && s.Flags&elf.SHF_ALLOC != 0 {
		return nil, &FormatError{What: fmt.Sprintf("section %s is compressed", s.Name)}
	}
	size := s.FileSize
	if s.Offset > uint64(len(o.bytes)) || size > uint64(len(o.bytes))-s.Offset {
		return nil, &FormatError{What: fmt.Sprintf("section %s ends behind the file", s.Name)}
	}
	return o.bytes[s.Offset : s.Offset+size : s.Offset+size], nil
}

// symbol returns the symbol of that index of the table.
func (o *object) symbol(i uint32) (elf.Symbol, error) {
	if i == 0 || int(i) > len(o.symbols) {
		return elf.Symbol{}, &FormatError{What: fmt.Sprintf("a relocation names symbol %d, and there are %d", i, len(o.symbols))}
	}
	return o.symbols[i-1], nil
}

// relocation is one of them; set overwrites it.
type relocation struct {
	off    uint64
	sym    uint32
	typ    uint32
	addend int64
	set    func(off uint64, sym, typ uint32, addend int64)
}

func (o *object) each(rels relocations) iter.Seq[relocation] {
	return func(yield func(relocation) bool) {
		for at := 0; at+relaSize <= len(rels.rela); at += relaSize {
			b := rels.rela[at : at+relaSize]
			info := le.Uint64(b[8:])
			r := relocation{
				off: le.Uint64(b), sym: uint32(info >> 32), typ: uint32(info), addend: int64(le.Uint64(b[16:])),
				set: func(off uint64, sym, typ uint32, addend int64) {
					le.PutUint64(b, off)
					le.PutUint64(b[8:], uint64(sym)<<32|uint64(typ))
					le.PutUint64(b[16:], uint64(addend))
				},
			}
			if !yield(r) {
				return
			}
		}
	}
}

// around returns n bytes of code from there on, or nil if they are not there.
func (rels relocations) around(off uint64, n uint64) []byte {
	if off > uint64(len(rels.code)) || n > uint64(len(rels.code))-off {
		return nil
	}
	return rels.code[off : off+n]
}

func (o *object) relocationName(typ uint32) string {
	if o.machine == elf.EM_AARCH64 {
		return elf.R_AARCH64(typ).String()
	}
	return elf.R_X86_64(typ).String()
}

// finish puts the new tables behind the rest and returns the file.
func (o *object) finish() []byte {
	symtab := o.sections[o.symtab]
	o.replace(o.symtab, o.added.symbols)
	o.replace(int(symtab.Link), o.added.strings)
	return o.bytes
}

// replace gives a section new bytes, at the end of the file.
func (o *object) replace(section int, data []byte) {
	for len(o.bytes)%8 != 0 {
		o.bytes = append(o.bytes, 0)
	}
	at := le.Uint64(o.bytes[sectionTableAt:]) + uint64(section)*uint64(le.Uint16(o.bytes[headerSizeAt:]))
	le.PutUint64(o.bytes[at+offsetAt:], uint64(len(o.bytes)))
	le.PutUint64(o.bytes[at+sizeAt:], uint64(len(data)))
	o.bytes = append(o.bytes, data...)
}
