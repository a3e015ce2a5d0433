// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"debug/elf"
	"fmt"
)

// arm64 turns each
//
//	adrp x27, :gottprel:runtime.tls_g
//	ldr  x27, [x27, :gottprel_lo12:runtime.tls_g]
//
// into a jump to the thunk, with the address to return to in x27:
//
//	adr  x27, .+8
//	b    ohosld_tpoff_x27
//
// x30 is not free there, so a call would lose Go's return address. The thunk
// puts the variable's offset into x27 and leaves all but x16 and x17 alone,
// which the linker may change at any call.
func (o *object) arm64(rels relocations) (int, error) {
	const (
		page = elf.R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21
		low  = elf.R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC

		adrpX27, adrpMask = 0x90000000 | 27, 0x9f00001f
		ldrX27, ldrMask   = 0xf9400000 | 27<<5 | 27, 0xffc003ff
		adrX27Plus8       = 0x10000040 | 27
		branch            = 0x14000000
	)
	section, n := rels.target.Name, 0
	// halves are the loads whose page came, by their offset.
	halves := map[uint64]bool{}
	for r := range o.each(rels) {
		typ := elf.R_AARCH64(r.typ)
		switch {
		case typ != page && typ != low:
			if threadLocalARM64(typ) {
				return 0, o.unknown(section, r.off, "relocation "+typ.String()+" is of another model of thread-local storage")
			}
			continue
		case r.addend != 0:
			return 0, o.unknown(section, r.off, fmt.Sprintf("relocation %s has the addend %d", typ, r.addend))
		}
		sym, err := o.symbol(r.sym)
		if err != nil {
			return 0, err
		}
		if sym.Name != tlsARM64 {
			return 0, o.unknown(section, r.off, fmt.Sprintf("a thread-local variable %q besides %s", sym.Name, tlsARM64))
		}
		if typ == low {
			if !halves[r.off] {
				return 0, o.unknown(section, r.off, "relocation "+typ.String()+" does not follow its adrp")
			}
			delete(halves, r.off)
			r.set(r.off, o.added.undefined(ThunkPrefix+"x27"), uint32(elf.R_AARCH64_JUMP26), 0)
			n++
			continue
		}
		code := rels.around(r.off, 8)
		if code == nil {
			return 0, o.unknown(section, r.off, "relocation "+typ.String()+" where no two instructions have room")
		}
		if le.Uint32(code)&adrpMask != adrpX27 || le.Uint32(code[4:])&ldrMask != ldrX27 {
			return 0, o.unknown(section, r.off, fmt.Sprintf("instructions %08x %08x load the offset of %s",
				le.Uint32(code), le.Uint32(code[4:]), tlsARM64))
		}
		le.PutUint32(code, adrX27Plus8)
		le.PutUint32(code[4:], branch)
		r.set(r.off, 0, uint32(elf.R_AARCH64_NONE), 0)
		halves[r.off+4] = true
	}
	for off := range halves {
		return 0, o.unknown(section, off, "relocation "+low.String()+" is missing behind its adrp")
	}
	return n, nil
}

// threadLocalARM64 tells whether a relocation has to do with thread-local
// storage: all of the blocks TLSGD to TLSDESC, and the dynamic ones.
func threadLocalARM64(t elf.R_AARCH64) bool {
	return t >= 512 && t <= 573 || t >= elf.R_AARCH64_TLS_DTPMOD64 && t <= elf.R_AARCH64_TLSDESC
}
