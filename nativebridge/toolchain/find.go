// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Host is the machine that builds: what Find may ask of it. The zero value is
// this one.
type Host struct {
	// Getenv, LookPath and Exists stand for os.Getenv, exec.LookPath and a file's
	// being there; nil means those.
	Getenv   func(string) string
	LookPath func(string) (string, error)
	Exists   func(string) bool
	// GOOS is runtime.GOOS if empty.
	GOOS string
}

func (h Host) filled() Host {
	if h.Getenv == nil {
		h.Getenv = os.Getenv
	}
	if h.LookPath == nil {
		h.LookPath = exec.LookPath
	}
	if h.Exists == nil {
		h.Exists = func(path string) bool {
			_, err := os.Stat(path)
			return err == nil
		}
	}
	if h.GOOS == "" {
		h.GOOS = runtime.GOOS
	}
	return h
}

// Find returns the best compiler for an ABI, or a *MissingError.
func (h Host) Find(abi ABI) (*Compiler, error) {
	h = h.filled()
	if abi == Node {
		return h.findNode()
	}
	missing := &MissingError{ABI: abi, Install: h.advice(abi)}
	if c := h.ndk(abi, missing); c != nil {
		return c, nil
	}
	if dir := h.Getenv(ndkHome); dir != "" {
		// Who names an NDK does not want another one, or another compiler, in its
		// place.
		missing.Install = fmt.Sprintf("correct %s, which is %s, to the NDK's native folder, that has llvm in it; or unset it", ndkHome, dir)
		return nil, missing
	}
	for _, look := range []func(ABI, *MissingError) *Compiler{h.clangMusl, h.gccMusl} {
		if c := look(abi, missing); c != nil {
			return c, nil
		}
	}
	return nil, missing
}

func (h Host) findNode() (*Compiler, error) {
	if h.GOOS == "windows" {
		return nil, &MissingError{
			ABI: Node, Looked: []string{"Linux or macOS"},
			Install: "build it there, or in WSL: Node on Windows wants a DLL, which this module is not made for",
		}
	}
	own, err := command(h.Getenv("CC"))
	if err != nil {
		return nil, &MissingError{ABI: Node, Looked: []string{"$CC"}, Install: "correct CC: " + err.Error()}
	}
	for _, c := range [][]string{own, {"gcc"}, {"clang"}, {"cc"}} {
		if len(c) == 0 {
			continue
		}
		if _, err := h.LookPath(c[0]); err == nil {
			return &Compiler{ABI: Node, Kind: "the machine's own", Command: c}, nil
		}
	}
	return nil, &MissingError{
		ABI: Node, Looked: []string{"$CC", "gcc", "clang", "cc"},
		Install: "install a C compiler (Debian: apt-get install gcc; macOS: xcode-select --install)",
	}
}

// command splits CC as the go command does: at white space, but for what stands
// in quotation marks of either sort, which cannot be escaped.
func command(s string) ([]string, error) {
	var fields []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " \t\n\r") {
		end, next := strings.IndexAny(s, " \t\n\r"), 0
		if quote := s[0]; quote == '"' || quote == '\'' {
			s, next = s[1:], 1
			if end = strings.IndexByte(s, quote); end < 0 {
				return nil, errors.New("a quotation mark is not closed")
			}
		} else if end < 0 {
			end = len(s)
		}
		fields, s = append(fields, s[:end]), s[end+next:]
	}
	return fields, nil
}

// ndkHome is the variable that names the NDK's folder.
const ndkHome = "OHOS_NDK_HOME"

// ndkFolders are where the NDK stands: where OHOS_NDK_HOME says, and nowhere
// else if it says so; otherwise where OHOS_SDK_NATIVE and DEVECO_SDK_HOME say,
// and below DevEco Studio and the command-line tools. Source: HarmonyOS guides on DevEco Studio
// and the command-line tools; the layout below sdk/ is the NDK's own.
func (h Host) ndkFolders() []string {
	const sdk = "sdk/default/openharmony/native"
	if dir := h.Getenv(ndkHome); dir != "" {
		return []string{dir, filepath.Join(dir, "native")}
	}
	var all []string
	if dir := h.Getenv("OHOS_SDK_NATIVE"); dir != "" {
		all = append(all, dir, filepath.Join(dir, "native"))
	}
	if dir := h.Getenv("DEVECO_SDK_HOME"); dir != "" {
		all = append(all, filepath.Join(dir, "default", "openharmony", "native"))
	}
	home := "HOME"
	switch h.GOOS {
	case "darwin":
		all = append(all, "/Applications/DevEco-Studio.app/Contents/"+sdk)
	case "windows":
		home = "USERPROFILE"
		if dir := h.Getenv("ProgramFiles"); dir != "" {
			all = append(all, filepath.Join(dir, "Huawei", "DevEco Studio", filepath.FromSlash(sdk)))
		}
	}
	if home := h.Getenv(home); home != "" {
		all = append(all, filepath.Join(home, "command-line-tools", filepath.FromSlash(sdk)))
	}
	return all
}

func (h Host) ndk(abi ABI, missing *MissingError) *Compiler {
	name := abi.machine().arch + "-unknown-linux-ohos-clang"
	for _, dir := range h.ndkFolders() {
		path := filepath.Join(dir, "llvm", "bin", name)
		if h.GOOS == "windows" {
			// The wrappers there are scripts for a Unix shell: the compiler is
			// called with what they would say.
			clang := filepath.Join(dir, "llvm", "bin", "clang.exe")
			if h.Exists(clang) {
				return &Compiler{ABI: abi, Kind: "OHOS NDK", Command: []string{
					clang, "--target=" + abi.machine().arch + "-linux-ohos",
					"--sysroot=" + filepath.Join(dir, "sysroot"), "-D__MUSL__",
				}}
			}
		} else if h.Exists(path) {
			return &Compiler{ABI: abi, Kind: "OHOS NDK", Command: []string{path}}
		}
		missing.Looked = append(missing.Looked, path)
	}
	return nil
}

// muslFolders holds musl's headers and libraries for another machine, as
// Debian's musl-dev lays them out.
func muslFolders(arch string) (include, lib string) {
	return "/usr/include/" + arch + "-linux-musl", "/usr/lib/" + arch + "-linux-musl"
}

// noOutlineAtomics has atomics compiled in place on arm64, for machines of any
// age, and not by calls of the compiler's own library.
const noOutlineAtomics = "-mno-outline-atomics"

// oldestClang knows *-linux-ohos; newestClang is where the search begins.
const (
	oldestClang = 15
	newestClang = 23
)

func (h Host) clangMusl(abi ABI, missing *MissingError) *Compiler {
	arch := abi.machine().arch
	include, lib := muslFolders(arch)
	if !h.Exists(filepath.Join(lib, "libc.so")) {
		missing.Looked = append(missing.Looked, lib+"/libc.so")
		return nil
	}
	for v := newestClang; v >= oldestClang; v-- {
		clang, err := h.LookPath(fmt.Sprintf("clang-%d", v))
		if err != nil {
			continue
		}
		lld, err := h.LookPath(fmt.Sprintf("ld.lld-%d", v))
		if err != nil {
			continue
		}
		return &Compiler{
			ABI: abi, Kind: fmt.Sprintf("clang %d with musl", v), Command: []string{clang},
			prepare: standIn{clang: clang, lld: lld, arch: arch, include: include, lib: lib}.make,
		}
	}
	missing.Looked = append(missing.Looked, fmt.Sprintf("clang-%d to clang-%d with ld.lld beside it", oldestClang, newestClang))
	return nil
}

// gccMusl has no target ohos, so it is told to be one: what the sources ask of
// it is which constructor to write.
func (h Host) gccMusl(abi ABI, missing *MissingError) *Compiler {
	arch := abi.machine().arch
	_, lib := muslFolders(arch)
	specs := filepath.Join(lib, "musl-gcc.specs")
	gcc := arch + "-linux-gnu-gcc"
	if _, err := h.LookPath(gcc); err != nil && arch == "x86_64" && runtime.GOARCH == "amd64" {
		gcc = "gcc"
	}
	path, err := h.LookPath(gcc)
	if err != nil || !h.Exists(specs) {
		missing.Looked = append(missing.Looked, gcc+" with "+specs)
		return nil
	}
	command := []string{path, "-specs", specs, "-static-libgcc"}
	if arch == "aarch64" {
		// gcc's helpers for atomics ask for what only glibc has.
		command = append(command, noOutlineAtomics)
	}
	return &Compiler{
		ABI: abi, Kind: "gcc with musl", Command: command, Flags: []string{"-D__OHOS__=1"},
		prepare: func(ctx context.Context, dir string) ([]string, error) {
			lib := filepath.Join(dir, "gcc-"+arch)
			if err := os.MkdirAll(lib, 0o755); err != nil {
				return nil, fmt.Errorf("make a folder to build in: %w", err)
			}
			return append(slices.Clone(command), "-L"+lib), placeStub(ctx, command, lib)
		},
	}
}

func (h Host) advice(abi ABI) string {
	debian := "apt-get install clang-19 lld-19 musl-dev"
	if arch := abi.machine().arch; abi == ARM64 && runtime.GOARCH != "arm64" || abi == X8664 && runtime.GOARCH != "amd64" {
		name := map[string]string{"aarch64": "arm64", "x86_64": "amd64"}[arch]
		debian = fmt.Sprintf("dpkg --add-architecture %s && apt-get update && apt-get install clang-19 lld-19 musl-dev:%s", name, name)
	}
	return "install the OHOS NDK (part of DevEco Studio and of its command-line tools) and set OHOS_NDK_HOME to its native folder, " +
		"or on Debian: " + debian
}
