// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"debug/elf"
	"fmt"
)

// registers by their number in an instruction.
var registers = [...]string{
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
}

// amd64 turns each
//
//	mov  runtime.tlsg@gottpoff(%rip), %reg     48|4c 8b /r
//
// into a call of that register's thunk, which is two bytes shorter:
//
//	call ohosld_tpoff_reg                      e8
//	xchg %ax, %ax                              66 90
//
// The thunk puts the variable's offset into the register and leaves all other
// registers alone. It changes the flags; none of Go's accesses stands between
// a comparison and its jump.
func (o *object) amd64(rels relocations) (int, error) {
	const instruction = 7
	section, n := rels.target.Name, 0
	for r := range o.each(rels) {
		typ := elf.R_X86_64(r.typ)
		if typ != elf.R_X86_64_GOTTPOFF {
			if threadLocalAMD64(typ) {
				return 0, o.unknown(section, r.off, "relocation "+typ.String()+" is of another model of thread-local storage")
			}
			continue
		}
		sym, err := o.symbol(r.sym)
		if err != nil {
			return 0, err
		}
		if sym.Name != tlsAMD64 {
			return 0, o.unknown(section, r.off, fmt.Sprintf("a thread-local variable %q besides %s", sym.Name, tlsAMD64))
		}
		code := rels.around(r.off-3, instruction)
		if code == nil || r.off < 3 || r.addend != -4 {
			return 0, o.unknown(section, r.off, fmt.Sprintf("relocation %s (addend %d) where no instruction has room", typ, r.addend))
		}
		// REX.W, perhaps with REX.R; MOV r64, r/m64; ModRM: [rip+disp32].
		if code[0]&^4 != 0x48 || code[1] != 0x8b || code[2]&0xc7 != 5 {
			return 0, o.unknown(section, r.off-3, "instruction "+hexBytes(code)+" loads the offset of "+tlsAMD64)
		}
		reg := registers[code[2]>>3&7+code[0]<<1&8]
		if reg == "rsp" {
			return 0, o.unknown(section, r.off-3, "instruction "+hexBytes(code)+" loads it into the stack pointer")
		}
		copy(code, []byte{0xe8, 0, 0, 0, 0, 0x66, 0x90})
		r.set(r.off-2, o.added.undefined(ThunkPrefix+reg), uint32(elf.R_X86_64_PLT32), -4)
		n++
	}
	return n, nil
}

// threadLocalAMD64 tells whether a relocation has to do with thread-local
// storage.
func threadLocalAMD64(t elf.R_X86_64) bool {
	return t >= elf.R_X86_64_DTPMOD64 && t <= elf.R_X86_64_TPOFF32 ||
		t >= elf.R_X86_64_GOTPC32_TLSDESC && t <= elf.R_X86_64_TLSDESC
}
