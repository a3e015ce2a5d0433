// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pushproof/pushproof/nativebridge/ohosld/elfcheck"
)

// Job is one library to build.
type Job struct {
	Compiler *Compiler
	// Root is the folder of go.mod; Package is the main package, as go build
	// takes it there.
	Root, Package string
	// Module is the library's name without lib and .so, as HarmonyOS goes by it.
	Module string
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

// FindingsError says that a library was linked that a device could not open.
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
	return fmt.Sprintf("%s could not be opened on a device:\n  %s", e.Path, strings.Join(lines, "\n  "))
}

// Build builds the library. It ends with ctx.
func (j Job) Build(ctx context.Context) (*Library, error) {
	command, ohosld, err := j.prepare(ctx)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(j.Out), 0o755); err != nil {
		return nil, fmt.Errorf("make the output folder: %w", err)
	}
	abi := j.Compiler.ABI
	// No path of this machine, and no id that depends on one: two machines with
	// the same tools make the same bytes.
	link := []string{"-s", "-w", "-buildid=", "-B=none", "-linkmode=external"}
	env := append(os.Environ(), "CGO_ENABLED=1", "CC="+quoted(command), "CGO_CFLAGS=-O2 -g0 "+strings.Join(j.Compiler.Flags, " "))
	args := []string{"build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o", j.Out}
	if abi.OHOS() {
		link = append(link, quotedOne("-extld="+ohosld),
			quotedOne("-extldflags=-Wl,-soname,"+filepath.Base(j.Out)+" -Wl,-z,max-page-size=4096 -l:"+napiLibrary))
		env = append(env, "GOOS=linux", "GOARCH="+abi.machine().goarch, "OHOSLD_CC="+quoted(command))
		args = append(args, "-tags=ohos")
	}
	args = append(args, "-ldflags="+strings.Join(link, " "))
	args = append(append(args, j.Flags...), j.Package)
	// The link step does not know what ohosld is made of.
	_ = os.Remove(j.Out)
	if err := j.run(ctx, env, "go", args...); err != nil {
		return nil, fmt.Errorf("build %s for %s: %w", j.Package, abi, err)
	}
	// The C header that go build writes beside it is of no use to a module.
	_ = os.Remove(strings.TrimSuffix(j.Out, filepath.Ext(j.Out)) + ".h")
	return j.inspect()
}

// prepare makes what the compiler refers to, and ohosld.
func (j Job) prepare(ctx context.Context) (command []string, ohosld string, err error) {
	command = j.Compiler.Command
	if err := os.MkdirAll(j.Work, 0o755); err != nil {
		return nil, "", fmt.Errorf("make the work folder: %w", err)
	}
	if j.Compiler.prepare != nil {
		if command, err = j.Compiler.prepare(j.Work); err != nil {
			return nil, "", err
		}
	}
	if !j.Compiler.ABI.OHOS() {
		return command, "", nil
	}
	ohosld = filepath.Join(j.Work, "ohosld")
	if runtime.GOOS == "windows" {
		ohosld += ".exe"
	}
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOFLAGS=")
	err = j.run(ctx, env, "go", "build", "-o", ohosld, "github.com/pushproof/pushproof/nativebridge/ohosld")
	return command, ohosld, err
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

func (j Job) inspect() (*Library, error) {
	f, err := os.Open(j.Out)
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
	lib.Report, err = elfcheck.Check(f, elfcheck.Want{
		Soname: filepath.Base(j.Out), Needed: []string{napiLibrary, "libc.so"},
		Exports: []string{"napi_register_module_v1"},
	})
	if err != nil {
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
