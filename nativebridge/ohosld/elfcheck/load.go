// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package elfcheck

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// page is the size of a page on HarmonyOS, in bytes, and the alignment of
// every library of OpenHarmony's own clang that was looked at.
const page = 4096

// glibc are names that no musl system has as files of their own. musl takes
// libc.so and a few old names for itself, none of them with a version.
var glibc = []string{"libc.so.", "libpthread.so.", "libdl.so.", "librt.so.", "libm.so.", "libresolv.so.", "ld-linux"}

func (c *checker) needed() error {
	names, err := c.file.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("what it needs: %w", err)
	}
	c.report.Needed = names
	for _, name := range names {
		switch {
		case slices.ContainsFunc(glibc, func(p string) bool { return strings.HasPrefix(name, p) }):
			c.find("needed", "it needs "+name, "that is glibc's; HarmonyOS has musl",
				"build it with the compiler of the OHOS NDK, or with musl-gcc")
		case c.want.Needed != nil && !slices.Contains(c.want.Needed, name):
			c.find("needed", "it needs "+name, "only "+strings.Join(c.want.Needed, ", ")+" shall be needed",
				"look for the -l option that brings it in")
		}
	}
	return nil
}

// segments wants pages of 4 KiB. A linker for arm64 may align by 64 KiB, which
// no library of the system does.
func (c *checker) segments() error {
	for i, p := range c.file.Progs {
		switch p.Type {
		case elf.PT_LOAD:
			c.report.SegmentAlign = max(c.report.SegmentAlign, p.Align)
			if p.Align != page {
				c.find("segment", fmt.Sprintf("segment %d is aligned by %d bytes", i, p.Align),
					fmt.Sprintf("the system's own libraries are aligned by %d, and nothing else was tried", page),
					fmt.Sprintf("link with -extldflags=-Wl,-z,max-page-size=%d", page))
			}
			if p.Flags&(elf.PF_W|elf.PF_X) == elf.PF_W|elf.PF_X {
				c.find("segment", fmt.Sprintf("segment %d can be written and executed", i),
					"HarmonyOS refuses such memory to apps", "look for the object that asks for it (-Wl,--warn-rwx-segments)")
			}
		case elf.PT_GNU_STACK:
			if p.Flags&elf.PF_X != 0 {
				c.find("stack", "it asks for an executable stack", "HarmonyOS refuses such memory to apps",
					"an assembler file lacks its .note.GNU-stack; or link with -extldflags=-Wl,-z,noexecstack")
			}
		case elf.PT_INTERP:
			c.find("executable", "it names an interpreter", "it is a program and no library",
				"build it with -buildmode=c-shared")
		}
	}
	return nil
}

// text refuses relocations in code, which make the loader write to it.
func (c *checker) text() error {
	textrel, err := c.file.DynValue(elf.DT_TEXTREL)
	if err != nil {
		return fmt.Errorf("its relocations: %w", err)
	}
	flags, err := c.file.DynValue(elf.DT_FLAGS)
	if err != nil {
		return fmt.Errorf("its flags: %w", err)
	}
	if len(textrel) > 0 || slices.ContainsFunc(flags, func(v uint64) bool { return elf.DynFlag(v)&elf.DF_TEXTREL != 0 }) {
		c.find("text-relocation", "it has relocations in its code",
			"the loader would have to write to code, which HarmonyOS refuses to apps",
			"compile every C and assembler file with -fPIC")
	}
	return nil
}
