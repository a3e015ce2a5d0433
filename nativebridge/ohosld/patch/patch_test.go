// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/nativebridge/ohosld/patch"
)

// read returns an object's code, and its relocations in words.
func read(t *testing.T, b []byte) (text []byte, rels []string) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".rela.text", ".rela.init_array"} {
		data, err := f.Section(name).Data()
		if err != nil {
			t.Fatal(err)
		}
		for ; len(data) >= 24; data = data[24:] {
			info, sym := le.Uint64(data[8:]), "-"
			if i := info >> 32; i > 0 {
				s := symbols[i-1]
				sym = fmt.Sprintf("%s(%v,%v)", s.Name, s.Section, elf.ST_VISIBILITY(s.Other))
			}
			typ := elf.R_X86_64(uint32(info)).String()
			if f.Machine == elf.EM_AARCH64 {
				typ = elf.R_AARCH64(uint32(info)).String()
			}
			rels = append(rels, fmt.Sprintf("%d %s %s %d", le.Uint64(data), typ, sym, int64(le.Uint64(data[16:]))))
		}
	}
	if text, err = f.Section(".text").Data(); err != nil {
		t.Fatal(err)
	}
	return text, rels
}

func TestEachRegisterOfAmd64GetsItsThunk(t *testing.T) {
	for i, reg := range []string{
		"rax", "rcx", "rdx", "rbx", "", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	} {
		if reg == "" {
			continue
		}
		t.Run(reg, func(t *testing.T) {
			src := amd64(0x48|byte(i>>3<<2), byte(i&7)<<3|5)
			in := src.build(t)
			before := bytes.Clone(in)
			result, err := patch.Object(in)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(in, before) {
				t.Error("the input was written to")
			}
			text, rels := read(t, result.Object)
			want := []byte{0x90, 0xe8, 0, 0, 0, 0, 0x66, 0x90, 0x64, 0x48, 0x8b, 0x00, 0xc3}
			if diff := cmp.Diff(want, text); diff != "" {
				t.Errorf("code (-want +got):\n%s", diff)
			}
			wantRels := []string{
				"2 R_X86_64_PLT32 ohosld_tpoff_" + reg + "(SHN_UNDEF,STV_HIDDEN) -4",
				"0 R_X86_64_64 ohosld_lib_init(SHN_UNDEF,STV_HIDDEN) 0",
			}
			if diff := cmp.Diff(wantRels, rels); diff != "" {
				t.Errorf("relocations (-want +got):\n%s", diff)
			}
			if result.Accesses != 1 || !slices.Equal(result.Thunks, []string{"ohosld_tpoff_" + reg}) {
				t.Errorf("%d accesses by %v", result.Accesses, result.Thunks)
			}
		})
	}
}

func TestArm64JumpsToItsThunk(t *testing.T) {
	src := arm64()
	result, err := patch.Object(src.build(t))
	if err != nil {
		t.Fatal(err)
	}
	text, rels := read(t, result.Object)
	if adr, b := le.Uint32(text[4:]), le.Uint32(text[8:]); adr != 0x1000005b || b != 0x14000000 {
		t.Errorf("code %08x %08x, want adr x27, .+8 and b", adr, b)
	}
	want := []string{
		"4 R_AARCH64_NONE - 0",
		"8 R_AARCH64_JUMP26 ohosld_tpoff_x27(SHN_UNDEF,STV_HIDDEN) 0",
		"0 R_AARCH64_ABS64 ohosld_lib_init(SHN_UNDEF,STV_HIDDEN) 0",
	}
	if diff := cmp.Diff(want, rels); diff != "" {
		t.Errorf("relocations (-want +got):\n%s", diff)
	}
}

// The original entry keeps its place under a second name.
func TestEntryIsKept(t *testing.T) {
	src := amd64(0x4c, 0x35)
	result, err := patch.Object(src.build(t))
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(result.Object))
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]elf.Symbol{}
	for _, s := range all {
		at[s.Name] = s
	}
	was, is := at["_rt0_amd64_linux_lib"], at[patch.EntrySymbol]
	if is.Value != was.Value || is.Section != was.Section || elf.ST_TYPE(is.Info) != elf.STT_FUNC ||
		elf.ST_VISIBILITY(is.Other) != elf.STV_HIDDEN {
		t.Errorf("%s is %+v, want a hidden function at %+v", patch.EntrySymbol, is, was)
	}
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	with := func(s source, change func(*source)) source {
		s.rels = slices.Clone(s.rels)
		s.inits = slices.Clone(s.inits)
		s.text = bytes.Clone(s.text)
		change(&s)
		return s
	}
	a, b := amd64(0x4c, 0x35), arm64()
	for _, tc := range []struct {
		name string
		src  source
		want string
	}{
		{"amd64, another instruction", with(a, func(s *source) { s.text[2] = 0x03 }), "instruction 4c 03 35 00 00 00 00 loads the offset"},
		{"amd64, a 32-bit register", with(a, func(s *source) { s.text[1] = 0x44 }), "instruction 44 8b 35"},
		{"amd64, another addressing", with(a, func(s *source) { s.text[3] = 0x34 }), "instruction 4c 8b 34"},
		{"amd64, into the stack pointer", with(a, func(s *source) { s.text[1], s.text[3] = 0x48, 0x25 }), "stack pointer"},
		{"amd64, at the very beginning", with(a, func(s *source) { s.rels[0].off = 2 }), "no instruction has room"},
		{"amd64, at the very end", with(a, func(s *source) { s.rels[0].off = uint64(len(s.text) - 1) }), "no instruction has room"},
		{"amd64, another addend", with(a, func(s *source) { s.rels[0].addend = 0 }), "addend 0"},
		{"amd64, another variable", with(a, func(s *source) { s.rels[0].sym = "other" }), `"other" besides runtime.tlsg`},
		{"amd64, local-exec", with(a, func(s *source) { s.rels[0].typ = uint32(elf.R_X86_64_TPOFF32) }), "R_X86_64_TPOFF32 is of another model"},
		{"amd64, general-dynamic already", with(a, func(s *source) { s.rels[0].typ = uint32(elf.R_X86_64_GOTPC32_TLSDESC) }), "another model"},
		{"amd64, no access", with(a, func(s *source) { s.rels = nil }), "nothing in it uses thread-local storage"},
		{"amd64, two entries", with(a, func(s *source) { s.inits = append(s.inits, rel{8, s.inits[0].sym, s.inits[0].typ, 0}) }), "2 entries and not one"},
		{"amd64, another entry", with(a, func(s *source) { s.inits[0].sym = "other" }), `the entry is "other"`},
		{"amd64, an entry with an addend", with(a, func(s *source) { s.inits[0].addend = 8 }), "addend 8"},
		{"arm64, another register", with(b, func(s *source) { le.PutUint32(s.text[4:], 0x90000000|26) }), "instructions 9000001a f940037b"},
		{"arm64, another load", with(b, func(s *source) { le.PutUint32(s.text[8:], 0xf9400000|27<<5|28) }), "instructions 9000001b f940037c"},
		{"arm64, page alone", with(b, func(s *source) { s.rels = s.rels[:1] }), "is missing behind its adrp"},
		{"arm64, load alone", with(b, func(s *source) { s.rels = s.rels[1:] }), "does not follow its adrp"},
		{"arm64, load elsewhere", with(b, func(s *source) { s.rels[1].off = 12 }), "does not follow its adrp"},
		{"arm64, at the very end", with(b, func(s *source) { s.rels[0].off = 12 }), "no two instructions have room"},
		{"arm64, an addend", with(b, func(s *source) { s.rels[0].addend = 8 }), "has the addend 8"},
		{"arm64, another variable", with(b, func(s *source) { s.rels[0].sym = "other" }), `"other" besides runtime.tls_g`},
		{"arm64, local-exec", with(b, func(s *source) { s.rels[0].typ = uint32(elf.R_AARCH64_TLSLE_MOVW_TPREL_G0) }), "another model"},
		{"arm64, amd64's entry", with(b, func(s *source) { s.inits[0].sym = "_rt0_amd64_linux_lib" }), "not _rt0_arm64_linux_lib"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := patch.Object(tc.src.build(t))
			var unknown *patch.UnknownError
			if !errors.As(err, &unknown) {
				t.Fatalf("error %v, want an *UnknownError", err)
			}
			if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "Report this line") {
				t.Errorf("%q does not say %q and what to report", err, tc.want)
			}
		})
	}
}

func TestProgramsAreRefused(t *testing.T) {
	for name, program := range map[string]source{"amd64": amd64(0x4c, 0x35), "arm64": arm64()} {
		program.inits = nil
		program.rels[0].typ = uint32(elf.R_X86_64_TPOFF32)
		_, err := patch.Object(program.build(t))
		var mode *patch.ModeError
		if !errors.As(err, &mode) || !strings.Contains(err.Error(), "-buildmode=c-shared") {
			t.Errorf("%s: error %v, want a *ModeError that names the mode", name, err)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	object := amd64(0x4c, 0x35)
	program, other := object, object
	program.typ = elf.ET_DYN
	other.machine = elf.EM_RISCV
	whole := object.build(t)
	narrow := bytes.Clone(whole)
	narrow[4] = 1
	for _, tc := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "EOF"},
		{"text", bytes.Repeat([]byte("#!/bin/sh\n"), 10), "bad magic"},
		{"a library", program.build(t), "ET_DYN"},
		{"another machine", other.build(t), "EM_RISCV"},
		{"32 bits", narrow, ""},
		{"half of it", whole[:len(whole)/2], ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := patch.Object(tc.b)
			var format *patch.FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want a *FormatError that says %q", err, tc.want)
			}
		})
	}
}

func FuzzObject(f *testing.F) {
	f.Add(amd64(0x4c, 0x35).build(f))
	f.Add(amd64(0x48, 0x0d).build(f))
	f.Add(arm64().build(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		result, err := patch.Object(b)
		if !bytes.Equal(before, b) {
			t.Fatal("the input was written to")
		}
		var unknown *patch.UnknownError
		var format *patch.FormatError
		if err != nil {
			var mode *patch.ModeError
			if !errors.As(err, &unknown) && !errors.As(err, &format) && !errors.As(err, &mode) {
				t.Fatalf("error of type %T: %v", err, err)
			}
			return
		}
		// What was changed once has nothing left to change.
		if _, err := patch.Object(result.Object); err == nil {
			t.Fatal("a rewritten object was rewritten again")
		}
	})
}
