// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package toolchain finds what builds the native module, and builds it: for
// HarmonyOS on both of its machines, and for Node on this one.
//
// For HarmonyOS it takes the NDK if there is one, else clang or gcc with musl,
// whose libraries HarmonyOS's loader opens as well (claim native.toolchain). It
// guarantees that a library for HarmonyOS is linked by ohosld and passes
// elfcheck, or that there is none; that two builds of the same sources with the
// same tools are the same bytes; and that what is missing is said with what to
// install. It installs nothing and downloads nothing but Go's modules.
package toolchain

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// ABI names what a library is for.
type ABI string

// The ABIs: HarmonyOS's two, by the names of its libs folders, and Node on the
// machine that builds.
const (
	ARM64 ABI = "arm64-v8a"
	X8664 ABI = "x86_64"
	Node  ABI = "node"
)

// ABIs returns all of them.
func ABIs() []ABI { return []ABI{ARM64, X8664, Node} }

// ParseABI reads a name.
func ParseABI(name string) (ABI, error) {
	if abi := ABI(name); slices.Contains(ABIs(), abi) {
		return abi, nil
	}
	return "", fmt.Errorf("%q is none of the ABIs arm64-v8a, x86_64, node", name)
}

// machine is what tools call the ABI.
type machine struct {
	goarch string
	// triple begins the names of compilers: aarch64.
	arch string
}

func (a ABI) machine() machine {
	switch a {
	case ARM64:
		return machine{goarch: "arm64", arch: "aarch64"}
	case X8664:
		return machine{goarch: "amd64", arch: "x86_64"}
	}
	return machine{goarch: runtime.GOARCH}
}

// OHOS tells whether the ABI is one of HarmonyOS's.
func (a ABI) OHOS() bool { return a == ARM64 || a == X8664 }

// File returns the path of a module's library below the output folder.
func (a ABI) File(module string) string {
	if a == Node {
		return "node/" + module + ".node"
	}
	return string(a) + "/lib" + module + ".so"
}

// Compiler is a C compiler for an ABI.
type Compiler struct {
	ABI ABI
	// Kind says what it is: "OHOS NDK", "clang with musl", "gcc with musl",
	// "the machine's own".
	Kind string
	// Command is the program with its options.
	Command []string
	// Flags are further ones for C files, as CGO_CFLAGS takes them.
	Flags []string
	// prepare makes what the command refers to, in a folder that stays; it
	// returns the command.
	prepare func(ctx context.Context, dir string) ([]string, error)
}

// Prepare makes what the compiler refers to in a folder that has to stay, and
// returns the command that compiles and links C for the ABI. It may be called
// again and by several at once, also for the same folder.
func (c *Compiler) Prepare(ctx context.Context, dir string) ([]string, error) {
	if c.prepare == nil {
		return slices.Clone(c.Command), nil
	}
	return c.prepare(ctx, dir)
}

// MissingError says that nothing was found that builds for an ABI.
type MissingError struct {
	ABI ABI
	// Looked lists what was looked for.
	Looked []string
	// Install says what to do.
	Install string
}

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("no C compiler for %s: looked for %s; %s", e.ABI, strings.Join(e.Looked, ", "), e.Install)
}
