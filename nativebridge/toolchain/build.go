// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pushproof/pushproof/nativebridge/ohosld/elfcheck"
)

// Job is one library to build. Jobs that share a work folder, or write to the
// same file, may run at once.
type Job struct {
	Compiler *Compiler
	// Root is the folder of go.mod; Package is the main package, as go build
	// takes it there.
	Root, Package string
	// Module is the library's name without lib and .so, as HarmonyOS goes by it:
	// what PPNAPI_MODULE was given.
	Module string
	// Plain makes a library for HarmonyOS that is no native module: it needs no
	// engine, and registers with none.
	Plain bool
	// Out is the library's file; Work is a folder that stays, for what the
	// compiler needs.
	Out, Work string
	// Flags are further ones for go build.
	Flags []string
	// Log gets the commands and what they say; may be nil.
	Log io.Writer
}

// Library is what was built.
type Library struct {
	Path string
	// Bytes is its size.
	Bytes int64
	// Report is elfcheck's, nil for Node.
	Report *elfcheck.Report
}

// FindingsError says that a library was linked that a device could not open. It
// was not kept.
type FindingsError struct {
	Path     string
	Findings []elfcheck.Finding
}

// Error implements error.
func (e *FindingsError) Error() string {
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = f.String()
	}
	return fmt.Sprintf("%s could not be opened on a device, and was not kept:\n  %s", e.Path, strings.Join(lines, "\n  "))
}

// Build builds the library. It ends with ctx. Out is replaced by a whole
// library that passed all checks, or is as it was.
func (j Job) Build(ctx context.Context) (*Library, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	for _, dir := range []string{j.Work, filepath.Dir(j.Out)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make a folder to build in: %w", err)
		}
	}
	command, err := j.Compiler.Prepare(ctx, j.Work)
	if err != nil {
		return nil, err
	}
	var lib *Library
	err = place(j.Out, func(temporary string) error {
		if err := j.link(ctx, command, temporary); err != nil {
			return err
		}
		lib, err = j.inspect(temporary)
		return err
	})
	var findings *FindingsError
	switch {
	case errors.As(err, &findings):
		return nil, findings
	case err != nil:
		return nil, err
	}
	return lib, nil
}

func (j Job) check() error {
	switch want := "lib" + j.Module + ".so"; {
	case j.Compiler == nil:
		return errors.New("no compiler to build with: ask Host.Find for one")
	case j.Compiler.ABI.OHOS() && !j.Plain && filepath.Base(j.Out) != want:
		return fmt.Errorf("the output is called %s: HarmonyOS looks the module %q up as %s", filepath.Base(j.Out), j.Module, want)
	}
	return nil
}

// link has go build write the library.
func (j Job) link(ctx context.Context, command []string, out string) error {
	abi := j.Compiler.ABI
	// No path of this machine, and no id that depends on one: two machines with
	// the same tools make the same bytes.
	link := []string{"-s", "-w", "-buildid=", "-linkmode=external"}
	if abi.OHOS() || runtime.GOOS != "darwin" {
		// The note that ELF files have; for macOS it means the UUID, which its
		// loader asks for.
		link = append(link, "-B=none")
	}
	env := append(os.Environ(), "CGO_ENABLED=1", "CC="+quoted(command), "CGO_CFLAGS=-O2 -g0 "+strings.Join(j.Compiler.Flags, " "),
		"CGO_CPPFLAGS=", "CGO_LDFLAGS=", "GOARCH="+abi.machine().goarch)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o", out}
	if abi.OHOS() {
		ohosld, err := j.ohosld(ctx, filepath.Dir(out))
		if err != nil {
			return err
		}
		flags := "-Wl,-soname," + filepath.Base(j.Out) + " -Wl,-z,max-page-size=4096"
		if !j.Plain {
			flags += " -l:" + napiLibrary
		}
		link = append(link, quotedOne("-extld="+ohosld), quotedOne("-extldflags="+flags))
		// The oldest machines that HarmonyOS runs on, whatever this one is.
		env = append(env, "GOOS=linux", "GOAMD64=v1", "GOARM64=v8.0", "OHOSLD_CC="+quoted(command))
		args = append(args, "-tags=ohos")
	} else {
		env = append(env, "GOOS="+runtime.GOOS)
	}
	args = append(args, "-ldflags="+strings.Join(link, " "))
	args = append(append(args, j.Flags...), j.Package)
	if err := j.run(ctx, env, "go", args...); err != nil {
		return fmt.Errorf("build %s for %s: %w", j.Package, abi, err)
	}
	return nil
}

// ohosld builds the linker's wrapper for this machine.
func (j Job) ohosld(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "ohosld")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOFLAGS=")
	err := j.run(ctx, env, "go", "build", "-o", path, "github.com/pushproof/pushproof/nativebridge/ohosld")
	return path, err
}

func (j Job) run(ctx context.Context, env []string, name string, args ...string) error {
	log := j.Log
	if log == nil {
		log = io.Discard
	}
	fmt.Fprintf(log, "+ %s %s\n", name, strings.Join(args, " "))
	var said strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = j.Root, env
	cmd.Stdout = io.MultiWriter(log, &said)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// inspect checks what was linked.
func (j Job) inspect(path string) (*Library, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what was built: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read what was built: %w", err)
	}
	lib := &Library{Path: j.Out, Bytes: info.Size()}
	if !j.Compiler.ABI.OHOS() {
		return lib, nil
	}
	want := elfcheck.Want{Soname: filepath.Base(j.Out), Needed: []string{"libc.so"}}
	if !j.Plain {
		want.Needed = append(want.Needed, napiLibrary)
		want.Exports = []string{"napi_register_module_v1"}
	}
	if lib.Report, err = elfcheck.Check(f, want); err != nil {
		return nil, fmt.Errorf("check %s: %w", j.Out, err)
	}
	if len(lib.Report.Findings) > 0 {
		return nil, &FindingsError{Path: j.Out, Findings: lib.Report.Findings}
	}
	return lib, nil
}

// quoted joins a command as the go command and ohosld split it again.
func quoted(command []string) string {
	fields := make([]string, len(command))
	for i, f := range command {
		fields[i] = quotedOne(f)
	}
	return strings.Join(fields, " ")
}

func quotedOne(s string) string {
	switch {
	case !strings.ContainsAny(s, " \t\n\r\"'") && s != "":
		return s
	case !strings.Contains(s, "'"):
		return "'" + s + "'"
	}
	return `"` + s + `"`
}
