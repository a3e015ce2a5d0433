// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// napiLibrary is what HarmonyOS's engine is called; the linker wants it there.
const napiLibrary = "libace_napi.z.so"

// standIn lays out what clang looks for with the target ohos, around another
// musl: the NDK's own folders without the NDK.
type standIn struct{ clang, lld, arch, include, lib string }

// make lays it out in a folder below dir and returns the command. It may be
// done again, and by several at once.
func (s standIn) make(ctx context.Context, dir string) ([]string, error) {
	root := filepath.Join(dir, "sysroot-"+s.arch)
	triple := s.arch + "-linux-ohos"
	lib, resource := filepath.Join(root, "usr", "lib", triple), filepath.Join(root, "clang")
	own := filepath.Join(resource, "lib", triple)
	for _, d := range []string{lib, own} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, fmt.Errorf("lay out a sysroot: %w", err)
		}
	}
	headers, err := exec.CommandContext(ctx, s.clang, "-print-resource-dir").Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its headers: %w", s.clang, err)
	}
	links := map[string]string{
		filepath.Join(root, "usr", "include"): s.include,
		filepath.Join(resource, "include"):    filepath.Join(strings.TrimSpace(string(headers)), "include"),
	}
	files, err := filepath.Glob(filepath.Join(s.lib, "*.[oas]*"))
	if err != nil {
		return nil, fmt.Errorf("list musl: %w", err)
	}
	for _, file := range files {
		links[filepath.Join(lib, filepath.Base(file))] = file
	}
	for path, to := range links {
		if err := placeLink(path, to); err != nil {
			return nil, err
		}
	}
	// clang asks for its own run-time libraries, of which a library of C and Go
	// needs nothing: archives without members do.
	for _, path := range []string{filepath.Join(own, "libclang_rt.builtins.a"), filepath.Join(lib, "libunwind.a")} {
		err := place(path, func(temporary string) error { return os.WriteFile(temporary, []byte("!<arch>\n"), 0o644) })
		if err != nil {
			return nil, err
		}
	}
	command := []string{
		s.clang, "--target=" + triple, "--sysroot=" + root, "-resource-dir=" + resource, "--ld-path=" + s.lld,
		// Go's linker takes a warning for a refusal, and compiles with -Werror.
		"-Qunused-arguments",
	}
	if s.arch == "aarch64" {
		// The helpers for atomics are in the library that is left out.
		command = append(command, noOutlineAtomics)
	}
	for _, name := range []string{"crtbeginS.o", "crtendS.o"} {
		if err := placeText(ctx, command, "", filepath.Join(lib, name), "-c", "-fPIC"); err != nil {
			return nil, err
		}
	}
	if err := placeStub(ctx, command, lib); err != nil {
		return nil, err
	}
	return append(command, "-L"+lib), nil
}

// placeStub makes a library that bears the engine's name: the linker needs the
// name and the symbol, the device has the real one.
func placeStub(ctx context.Context, command []string, dir string) error {
	return placeText(ctx, command, "void napi_module_register(void *module) { (void)module; }\n",
		filepath.Join(dir, napiLibrary), "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,"+napiLibrary)
}
