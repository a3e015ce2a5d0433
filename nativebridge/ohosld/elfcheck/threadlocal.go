// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package elfcheck

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
)

const relink = "link it with -linkmode=external -extld=ohosld, and C code with -fPIC and without -ftls-model=initial-exec"

// Why the rules are as they are: musl's loader gives thread-local storage of
// the static kind to what is there when a program starts, and to nothing that
// is opened later. Source: musl ldso/dynlink.c, do_relocs.
func (c *checker) threadLocal() error {
	flags, err := c.file.DynValue(elf.DT_FLAGS)
	if err != nil {
		return fmt.Errorf("its flags: %w", err)
	}
	for _, v := range flags {
		if elf.DynFlag(v)&elf.DF_STATIC_TLS != 0 {
			c.find("static-tls", "the flag STATIC_TLS is set",
				"some code in it wants thread-local storage that is only given at the start of a program", relink)
		}
	}
	counts, err := c.relocations()
	if err != nil {
		return err
	}
	var static []string
	for typ, n := range counts {
		name, kind := threadLocalRelocation(c.file.Machine, typ)
		switch kind {
		case tlsDescriptor:
			c.report.TLSDescriptors += n
		case tlsStatic:
			static = append(static, fmt.Sprintf("%d of %s", n, name))
		}
	}
	if sort.Strings(static); len(static) > 0 {
		c.find("tls-relocation", "relocations "+strings.Join(static, ", "),
			"a musl system refuses them: \"initial-exec TLS resolves to dynamic definition\"", relink)
	}
	switch n := c.report.TLSDescriptors; {
	case n == 0:
		c.find("tlsdesc", "no TLSDESC relocation",
			"Go keeps its g in thread-local storage, and asks for it by one", relink)
	case n > 1:
		c.find("tlsdesc", fmt.Sprintf("%d TLSDESC relocations", n),
			"Go's g needs one; others come from C code and are not what ohosld has tested",
			"look for __thread variables in the C code (OHOS clang emulates them)")
	}
	return nil
}

type tlsKind int

const (
	tlsNone tlsKind = iota
	tlsStatic
	tlsDescriptor
)

// threadLocalRelocation says what a dynamic relocation has to do with
// thread-local storage.
func threadLocalRelocation(m elf.Machine, typ uint32) (name string, kind tlsKind) {
	if m == elf.EM_AARCH64 {
		switch t := elf.R_AARCH64(typ); t {
		case elf.R_AARCH64_TLSDESC:
			return t.String(), tlsDescriptor
		case elf.R_AARCH64_TLS_TPREL64:
			return t.String(), tlsStatic
		}
		return "", tlsNone
	}
	switch t := elf.R_X86_64(typ); t {
	case elf.R_X86_64_TLSDESC:
		return t.String(), tlsDescriptor
	case elf.R_X86_64_TPOFF64, elf.R_X86_64_TPOFF32:
		return t.String(), tlsStatic
	}
	return "", tlsNone
}

// relocations counts the dynamic relocations by type.
func (c *checker) relocations() (map[uint32]int, error) {
	const size = 24
	counts := map[uint32]int{}
	for _, s := range c.file.Sections {
		if s.Type != elf.SHT_RELA || s.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		b, err := s.Data()
		if err != nil {
			return nil, fmt.Errorf("its relocations: %w", err)
		}
		for at := 0; at+size <= len(b); at += size {
			counts[binary.LittleEndian.Uint32(b[at+8:])]++
		}
	}
	return counts, nil
}
