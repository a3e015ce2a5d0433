// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package patch rewrites the relocatable object that Go's linker hands to the
// C compiler, so that a musl system can load the library that comes of it.
//
// Two things are changed. Each access to Go's thread-local g in the
// initial-exec model, which musl refuses in a library that is opened at run
// time, becomes a call of a thunk that answers by TLSDESC. And the entry of
// .init_array, which expects argc and argv that musl does not pass, becomes
// ohosld_lib_init, which makes them up and calls the original.
//
// It guarantees that every access is changed or none: an instruction,
// relocation or symbol that it does not know is an *UnknownError, and nothing
// is written. It reads and writes memory only. It does not look at C objects,
// whose thread-local variables keep the model that their compiler chose. That a
// device loads the result rests on the claims native.tlsdesc,
// native.tlsdesc-registers and native.constructor.
package patch

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Names of the symbols that the rewritten object needs; package rt's sources
// define them.
const (
	// InitSymbol replaces the entry of .init_array.
	InitSymbol = "ohosld_lib_init"
	// EntrySymbol is what InitSymbol calls: the entry that stood there.
	EntrySymbol = "ohosld_rt0_lib"
	// ThunkPrefix and a register's name are a thunk.
	ThunkPrefix = "ohosld_tpoff_"
)

// The thread-local variable of the Go runtime, its g, bears another name on
// each machine.
const (
	tlsAMD64 = "runtime.tlsg"
	tlsARM64 = "runtime.tls_g"
)

// Result is a rewritten object.
type Result struct {
	// Object is the whole file.
	Object []byte
	// Machine is EM_X86_64 or EM_AARCH64.
	Machine elf.Machine
	// Accesses counts the accesses to thread-local storage that were changed.
	Accesses int
	// Thunks names the thunks that they call, sorted.
	Thunks []string
}

var le = binary.LittleEndian

// Object rewrites a go.o; b is not changed. The error is a *FormatError for a
// file that is no such object, a *ModeError for one of a program, an
// *UnknownError for one that Go's linker has
// written in a way that this package does not know.
func Object(b []byte) (*Result, error) {
	o, err := open(b)
	if err != nil {
		return nil, err
	}
	if !o.library() {
		return nil, &ModeError{}
	}
	rewriteTLS := o.amd64
	if o.machine == elf.EM_AARCH64 {
		rewriteTLS = o.arm64
	}
	inits, accesses := 0, 0
	for _, rels := range o.relocations {
		if rels.target.Name == ".init_array" {
			n, err := o.initArray(rels)
			if err != nil {
				return nil, err
			}
			inits += n
			continue
		}
		n, err := rewriteTLS(rels)
		if err != nil {
			return nil, err
		}
		accesses += n
	}
	switch {
	case inits != 1:
		return nil, o.unknown(".init_array", 0, fmt.Sprintf("it has %d entries and not one", inits))
	case accesses == 0:
		return nil, o.unknown(".text", 0, "nothing in it uses thread-local storage")
	}
	thunks := slices.DeleteFunc(o.added.names, func(n string) bool { return !strings.HasPrefix(n, ThunkPrefix) })
	slices.Sort(thunks)
	return &Result{Object: o.finish(), Machine: o.machine, Accesses: accesses, Thunks: thunks}, nil
}

// library tells whether there is an entry of .init_array, which starts Go in a
// library; a program starts elsewhere.
func (o *object) library() bool {
	return slices.ContainsFunc(o.relocations, func(rels relocations) bool {
		return rels.target.Name == ".init_array" && len(rels.rela) > 0
	})
}

// initArray turns the one entry to InitSymbol, and gives the original a name
// by which that can call it.
func (o *object) initArray(rels relocations) (int, error) {
	want := map[elf.Machine]struct {
		entry string
		typ   uint32
	}{
		elf.EM_X86_64:  {"_rt0_amd64_linux_lib", uint32(elf.R_X86_64_64)},
		elf.EM_AARCH64: {"_rt0_arm64_linux_lib", uint32(elf.R_AARCH64_ABS64)},
	}[o.machine]
	n := 0
	for r := range o.each(rels) {
		sym, err := o.symbol(r.sym)
		if err != nil {
			return 0, err
		}
		if sym.Name != want.entry || r.typ != want.typ || r.addend != 0 {
			return 0, o.unknown(".init_array", r.off, fmt.Sprintf("the entry is %q (relocation %s, addend %d) and not %s",
				sym.Name, o.relocationName(r.typ), r.addend, want.entry))
		}
		const globalFunc = byte(elf.STB_GLOBAL)<<4 | byte(elf.STT_FUNC)
		o.added.define(EntrySymbol, globalFunc, sym)
		r.set(r.off, o.added.undefined(InitSymbol), want.typ, 0)
		n++
	}
	return n, nil
}

// FormatError says that a file is no object of Go's linker.
type FormatError struct {
	// What is wrong with it.
	What string
}

// Error implements error.
func (e *FormatError) Error() string { return "not an object that Go's linker wrote: " + e.What }

// ModeError says that the object is for a program and not for a library, which
// needs nothing changed and would not be opened by anybody.
type ModeError struct{}

// Error implements error.
func (*ModeError) Error() string {
	return "Go's object has no entry of .init_array, so it is for a program: " +
		"ohosld links libraries; build with -buildmode=c-shared, or without -extld=ohosld"
}

// UnknownError says that Go's linker has written something that this package
// does not know, as a new version of Go may do. Nothing was changed.
type UnknownError struct {
	// Machine is the object's.
	Machine elf.Machine
	// Section and Offset say where it stands.
	Section string
	Offset  uint64
	// What says what stands there.
	What string
}

// Error implements error. It says what to report, since only a change of the
// program helps.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s in %s at %#x: %s; the library would not load, so none is made. "+
		"Report this line with the output of \"go version\" and \"go env GOOS GOARCH GOFLAGS GOEXPERIMENT\"",
		e.Machine, e.Section, e.Offset, e.What)
}

func (o *object) unknown(section string, offset uint64, what string) *UnknownError {
	return &UnknownError{Machine: o.machine, Section: section, Offset: offset, What: what}
}

// hexBytes prints code as a disassembler would.
func hexBytes(code []byte) string {
	return strings.TrimSpace(fmt.Sprintf("% x", bytes.Clone(code)))
}
