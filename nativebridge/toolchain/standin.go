// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
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

// make lays it out in a folder below dir, once, and returns the command.
func (s standIn) make(dir string) ([]string, error) {
	root := filepath.Join(dir, "sysroot-"+s.arch)
	triple := s.arch + "-linux-ohos"
	lib, resource := filepath.Join(root, "usr", "lib", triple), filepath.Join(root, "clang")
	for _, d := range []string{lib, filepath.Join(resource, "lib", triple)} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, fmt.Errorf("lay out a sysroot: %w", err)
		}
	}
	headers, err := exec.Command(s.clang, "-print-resource-dir").Output()
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
	for name, to := range links {
		_ = os.Remove(name)
		if err := os.Symlink(to, name); err != nil {
			return nil, fmt.Errorf("lay out a sysroot: %w", err)
		}
	}
	// clang asks for its own run-time libraries, of which a library of C and Go
	// needs nothing: archives without members do.
	for _, name := range []string{
		filepath.Join(resource, "lib", triple, "libclang_rt.builtins.a"), filepath.Join(lib, "libunwind.a"),
	} {
		if err := os.WriteFile(name, []byte("!<arch>\n"), 0o644); err != nil {
			return nil, fmt.Errorf("lay out a sysroot: %w", err)
		}
	}
	command := []string{
		s.clang, "--target=" + triple, "--sysroot=" + root, "-resource-dir=" + resource, "--ld-path=" + s.lld,
		// Go's linker takes a warning for a refusal, and compiles with -Werror.
		"-Qunused-arguments",
	}
	if s.arch == "aarch64" {
		// The helpers for atomics are in the library that is left out.
		command = append(command, "-mno-outline-atomics")
	}
	for _, name := range []string{"crtbeginS.o", "crtendS.o"} {
		if err := compileText(command, "", filepath.Join(lib, name), "-c", "-fPIC"); err != nil {
			return nil, err
		}
	}
	stub, err := makeStub(command, lib)
	if err != nil {
		return nil, err
	}
	return append(command, "-L"+stub), nil
}

// makeStub makes a library that bears the engine's name: the linker needs the
// name and the symbol, the device has the real one.
func makeStub(command []string, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make a stand-in for %s: %w", napiLibrary, err)
	}
	return dir, compileText(command, "void napi_module_register(void *module) { (void)module; }\n",
		filepath.Join(dir, napiLibrary), "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,"+napiLibrary)
}

// compileText compiles a C text to a file.
func compileText(command []string, text, to string, flags ...string) error {
	args := append(append([]string(nil), command[1:]...), flags...)
	cmd := exec.Command(command[0], append(args, "-o", to, "-x", "c", "-")...)
	cmd.Stdin = strings.NewReader(text)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make %s with %s: %w\n%s", filepath.Base(to), command[0], err, said)
	}
	return nil
}
