// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command build builds the native module for every ABI that this machine has
// the tools for, and says what is missing for the rest:
//
//	go run ./nativebridge/build
//	go run ./nativebridge/build --abi arm64-v8a,x86_64 --require
//
// The libraries stand in nativebridge/out. It exits with 0 if what could be
// built was built, with 1 if a build failed, or with --require if an ABI could
// not be built, and with 2 for a wrong command line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

// budget is how large a stripped library may be, in bytes: an app carries one
// for each of its ABIs.
const budget = 8 << 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() {
		fmt.Fprint(errs, "go run ./nativebridge/build [flags]\n\n"+
			"Builds the native module for each ABI that this machine has the tools for: see docs/native.md.\n\n")
		flags.PrintDefaults()
	}
	names := flags.String("abi", "arm64-v8a,x86_64,node", "the ABIs to build for, with commas between them")
	dir := flags.String("out", "", "the output folder (nativebridge/out of the module if empty)")
	require := flags.Bool("require", false, "fail if the tools for an ABI are missing")
	verbose := flags.Bool("v", false, "show the commands")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(errs, "build: %q is no flag: try --help\n", flags.Arg(0))
		return 2
	}
	abis, err := parseABIs(*names)
	if err != nil {
		fmt.Fprintln(errs, "build:", err)
		return 2
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		fmt.Fprintln(errs, "build:", err)
		return 1
	}
	if *dir == "" {
		*dir = filepath.Join(root, "nativebridge", "out")
	}
	if *dir, err = filepath.Abs(*dir); err != nil {
		fmt.Fprintln(errs, "build:", err)
		return 1
	}
	b := builder{root: root, out: *dir, budget: budget, verbose: *verbose, stdout: out}
	return b.all(ctx, abis, *require)
}

type builder struct {
	host      toolchain.Host
	root, out string
	// budget is the largest that a library may be, in bytes.
	budget  int64
	verbose bool
	stdout  io.Writer
}

func (b builder) all(ctx context.Context, abis []toolchain.ABI, require bool) int {
	code := 0
	for _, abi := range abis {
		err := b.one(ctx, abi)
		var missing *toolchain.MissingError
		switch {
		case err == nil:
		case errors.As(err, &missing):
			fmt.Fprintf(b.stdout, "%-10s not built: no C compiler for it\n             looked for %s\n             to build it, %s\n",
				abi, strings.Join(missing.Looked, "\n                        "), missing.Install)
			if require {
				code = 1
			}
		default:
			fmt.Fprintf(b.stdout, "%-10s FAILED: %v\n", abi, err)
			code = 1
		}
	}
	return code
}

func (b builder) one(ctx context.Context, abi toolchain.ABI) error {
	compiler, err := b.host.Find(abi)
	if err != nil {
		return err
	}
	job := toolchain.Job{
		Compiler: compiler, Root: b.root, Package: "./nativebridge", Module: "pushproof",
		Out: filepath.Join(b.out, filepath.FromSlash(abi.File("pushproof"))), Work: filepath.Join(b.out, "work"),
	}
	if b.verbose {
		job.Log = b.stdout
	}
	began := time.Now()
	lib, err := job.Build(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.stdout, "%-10s %s\n             %.2f MB of %d MB, %s, %.0f s\n", abi, relative(b.root, lib.Path),
		float64(lib.Bytes)/(1<<20), b.budget>>20, compiler.Kind, time.Since(began).Seconds())
	if lib.Bytes > b.budget {
		return fmt.Errorf("%s has %d bytes, more than the budget of %d: docs/native.md lists what each dependency adds",
			lib.Path, lib.Bytes, b.budget)
	}
	return nil
}

func parseABIs(names string) ([]toolchain.ABI, error) {
	var all []toolchain.ABI
	for _, name := range strings.Split(names, ",") {
		abi, err := toolchain.ParseABI(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		all = append(all, abi)
	}
	return all, nil
}

// moduleRoot is the folder of go.mod.
func moduleRoot(ctx context.Context) (string, error) {
	b, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("ask go for the module: %w", err)
	}
	file := strings.TrimSpace(string(b))
	if filepath.Base(file) != "go.mod" {
		return "", errors.New("not inside the module: run it in a clone of pushproof, as go run ./nativebridge/build")
	}
	return filepath.Dir(file), nil
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
