// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rt holds the sources that are compiled into each library that ohosld
// links: the thunks and the constructor that the rewritten object refers to.
// It holds text only, and runs none of it.
package rt

import (
	"debug/elf"
	_ "embed"
)

//go:embed src/tls_amd64.S
var tlsAMD64 string

//go:embed src/tls_arm64.S
var tlsARM64 string

//go:embed src/init.c
var initC string

// Source is one file to compile.
type Source struct {
	// Name is the file's; its suffix tells the compiler the language.
	Name string
	// Text is its content.
	Text string
}

// Sources returns what a library for that machine needs, nil for a machine
// that is neither EM_X86_64 nor EM_AARCH64.
func Sources(m elf.Machine) []Source {
	switch m {
	case elf.EM_X86_64:
		return []Source{{"ohosld_tls.S", tlsAMD64}, {"ohosld_init.c", initC}}
	case elf.EM_AARCH64:
		return []Source{{"ohosld_tls.S", tlsARM64}, {"ohosld_init.c", initC}}
	}
	return nil
}
