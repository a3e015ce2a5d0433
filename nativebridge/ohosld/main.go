// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command ohosld links Go libraries that HarmonyOS, and any other musl system, can
// open at run time. It stands between Go's linker and the C compiler:
//
//	OHOSLD_CC=aarch64-unknown-linux-ohos-clang \
//	CC=aarch64-unknown-linux-ohos-clang GOOS=linux GOARCH=arm64 CGO_ENABLED=1 \
//	go build -buildmode=c-shared -ldflags="-linkmode=external -extld=$(command -v ohosld)" -o libx.so .
//
// Go itself stays as it is. See package patch for what is changed in its
// object, and the README beside this file for why.
//
// It guarantees that a library is either linked with every change or not at
// all. It does not verify what the compiler made of it: that is
//
//	ohosld check libx.so
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
)

// Exit codes. A compiler that fails hands its own through.
const (
	exitOK       = 0
	exitFindings = 1
	exitUsage    = 2
)

const usage = `ohosld links Go libraries that a musl system such as HarmonyOS can open.

As Go's external linker (OHOSLD_CC names the C compiler, with its options):
  OHOSLD_CC=CC CC=CC CGO_ENABLED=1 GOOS=linux GOARCH=arm64|amd64 \
  go build -buildmode=c-shared -ldflags="-linkmode=external -extld=/path/to/ohosld" -o libx.so .
  OHOSLD_V=1 says what was changed; go build needs -a after a change of OHOSLD_CC.

By hand:
  ohosld check [--json] [--soname NAME] [--export NAME] [--needed NAME] FILE.so
  ohosld version
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return exitUsage
	}
	switch args[0] {
	case "check":
		return check(args[1:], out, errs)
	case "help", "-h", "--help":
		fmt.Fprint(out, usage)
		return exitOK
	case "version":
		fmt.Fprintln(out, version())
		return exitOK
	}
	err := link(args, os.Getenv, errs)
	var failed *exec.ExitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &failed) && failed.ExitCode() > 0:
		// The compiler has said what is wrong.
		return failed.ExitCode()
	}
	fmt.Fprintln(errs, "ohosld:", err)
	return exitUsage
}

// version is the module's, where it was built as one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "ohosld (no build information)"
	}
	return fmt.Sprintf("ohosld %s %s", info.Main.Version, info.GoVersion)
}
