// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package elfcheck tells whether a shared library that holds Go can be opened
// at run time by a musl system such as HarmonyOS, and explains each reason why
// not.
//
// It guarantees to read the file only, to survive a damaged one, and to name
// what its own rules know: thread-local storage, what the library needs, its
// name, its segments, its exports. It cannot see whether Go's entry of
// .init_array was replaced, and it cannot say that a device will load the
// library: name spaces, signatures and kernels are beyond a file.
package elfcheck

import (
	"debug/elf"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Want is what is asked of a library besides that it can be opened.
type Want struct {
	// Soname is the name that it must bear; "" takes any, but wants one.
	Soname string
	// Exports are names that it must export.
	Exports []string
	// Needed, if not nil, are the libraries that it may need, and no others.
	Needed []string
}

// Finding is one thing that is wrong.
type Finding struct {
	// ID names the rule: static-tls, tls-relocation, tlsdesc, needed, soname,
	// export, segment, text-relocation, stack, executable.
	ID string `json:"id"`
	// What stands in the file.
	What string `json:"what"`
	// Why that is wrong.
	Why string `json:"why"`
	// Do says what to do about it.
	Do string `json:"do"`
}

// String returns the finding in one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s; %s", f.ID, f.What, f.Why, f.Do) }

// Report is what was read.
type Report struct {
	// Machine is EM_X86_64 or EM_AARCH64, as a word.
	Machine string `json:"machine"`
	// Soname is the library's own name, "" if it has none.
	Soname string `json:"soname"`
	// Needed are the libraries that it needs.
	Needed []string `json:"needed"`
	// Exports are the functions and objects that others can find in it, sorted.
	Exports []string `json:"exports"`
	// TLSDescriptors counts the relocations by which it asks for its
	// thread-local storage.
	TLSDescriptors int `json:"tlsDescriptors"`
	// SegmentAlign is the largest alignment of a loaded segment, in bytes.
	SegmentAlign uint64 `json:"segmentAlign"`
	// Findings are in the order of the rules; none means that it can be opened.
	Findings []Finding `json:"findings"`
}

// FormatError says that a file is no shared library that this package knows.
type FormatError struct {
	// What is wrong with it.
	What string
}

// Error implements error.
func (e *FormatError) Error() string { return "not a shared library for arm64 or amd64: " + e.What }

// Check reads a library. The error is a *FormatError if it is none, or one of
// reading.
func Check(r io.ReaderAt, want Want) (*Report, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, &FormatError{What: err.Error()}
	}
	switch {
	case f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB:
		return nil, &FormatError{What: fmt.Sprintf("it is %s, %s", f.Class, f.Data)}
	case f.Machine != elf.EM_X86_64 && f.Machine != elf.EM_AARCH64:
		return nil, &FormatError{What: "it is for " + f.Machine.String()}
	case f.Type != elf.ET_DYN:
		return nil, &FormatError{What: "its type is " + f.Type.String()}
	case f.SectionByType(elf.SHT_DYNAMIC) == nil:
		return nil, &FormatError{What: "it has no dynamic section (were its section headers removed?)"}
	}
	c := checker{file: f, want: want, report: &Report{Machine: machineName(f.Machine)}}
	for _, rule := range []func() error{
		c.threadLocal, c.needed, c.soname, c.exports, c.segments, c.text,
	} {
		if err := rule(); err != nil {
			return nil, &FormatError{What: err.Error()}
		}
	}
	return c.report, nil
}

type checker struct {
	file   *elf.File
	want   Want
	report *Report
}

func (c *checker) find(id, what, why, do string) {
	c.report.Findings = append(c.report.Findings, Finding{ID: id, What: what, Why: why, Do: do})
}

func machineName(m elf.Machine) string {
	if m == elf.EM_AARCH64 {
		return "arm64"
	}
	return "amd64"
}

// exports lists what the dynamic symbols define.
func (c *checker) exports() error {
	symbols, err := c.file.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("its symbols: %w", err)
	}
	for _, s := range symbols {
		bind, typ := elf.ST_BIND(s.Info), elf.ST_TYPE(s.Info)
		if s.Section == elf.SHN_UNDEF || bind == elf.STB_LOCAL || typ == elf.STT_SECTION || typ == elf.STT_FILE {
			continue
		}
		if v := elf.ST_VISIBILITY(s.Other); v == elf.STV_HIDDEN || v == elf.STV_INTERNAL {
			continue
		}
		c.report.Exports = append(c.report.Exports, s.Name)
	}
	slices.Sort(c.report.Exports)
	for _, name := range c.want.Exports {
		if !slices.Contains(c.report.Exports, name) {
			c.find("export", fmt.Sprintf("%s is not exported", name),
				"who opens the library looks it up by this name",
				"mark it with //export, or with __attribute__((visibility(\"default\"))) in C")
		}
	}
	return nil
}

// soname wants a name: HarmonyOS's packaging and other libraries' NEEDED
// entries go by it.
func (c *checker) soname() error {
	names, err := c.file.DynString(elf.DT_SONAME)
	if err != nil {
		return fmt.Errorf("its name: %w", err)
	}
	if len(names) > 0 {
		c.report.Soname = names[0]
	}
	const why = "a library that is linked against this one keeps that name, and would ask for a path of the build machine without"
	do := "link with -extldflags=-Wl,-soname,libNAME.so"
	switch {
	case c.report.Soname == "":
		c.find("soname", "it has no name", why, do)
	case c.want.Soname != "" && c.report.Soname != c.want.Soname:
		c.find("soname", fmt.Sprintf("its name is %q and not %q", c.report.Soname, c.want.Soname), why,
			strings.Replace(do, "libNAME.so", c.want.Soname, 1))
	}
	return nil
}
