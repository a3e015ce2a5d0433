// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pushproof/pushproof/nativebridge/ohosld/patch"
	"github.com/pushproof/pushproof/nativebridge/ohosld/rt"
)

// goObject is the name that Go's linker gives to its object.
const goObject = "go.o"

// maxObject bounds what is read, in bytes. Go's own largest is below 200 MiB.
const maxObject = 2 << 30

// link does what the C compiler would, with Go's object rewritten first. What
// names none is handed through: Go's linker tries options that way.
func link(args []string, env func(string) string, errs io.Writer) error {
	cc, err := splitCommand(env("OHOSLD_CC"))
	if err != nil {
		return fmt.Errorf("read OHOSLD_CC: %w", err)
	}
	if len(cc) == 0 {
		return errors.New("OHOSLD_CC is not set: it names the C compiler that links, with its options, " +
			"for example OHOSLD_CC=\"$OHOS_NDK_HOME/llvm/bin/aarch64-unknown-linux-ohos-clang\"")
	}
	if filepath.Base(cc[0]) == filepath.Base(os.Args[0]) && sameFile(cc[0]) {
		return errors.New("OHOSLD_CC names ohosld itself: it must name the C compiler behind it")
	}
	object, err := findObject(args)
	if err != nil {
		return err
	}
	if object == "" {
		return compile(cc, args, errs)
	}
	more, err := rewrite(cc, object, env("OHOSLD_V") != "", errs)
	if err != nil {
		return err
	}
	return compile(cc, append(append([]string(nil), args...), more...), errs)
}

// rewrite changes the object in place, which lies in the linker's temporary
// folder, and returns the objects to link beside it.
func rewrite(cc []string, object string, verbose bool, errs io.Writer) ([]string, error) {
	info, err := os.Stat(object)
	if err != nil {
		return nil, fmt.Errorf("read Go's object: %w", err)
	}
	if info.Size() > maxObject {
		return nil, fmt.Errorf("read Go's object: %s has %d bytes, and %d is the limit", object, info.Size(), maxObject)
	}
	b, err := os.ReadFile(object)
	if err != nil {
		return nil, fmt.Errorf("read Go's object: %w", err)
	}
	result, err := patch.Object(b)
	if err != nil {
		return nil, fmt.Errorf("rewrite %s: %w", object, err)
	}
	if verbose {
		fmt.Fprintf(errs, "ohosld: %s: %s, %d accesses to thread-local storage by %s\n",
			object, result.Machine, result.Accesses, strings.Join(result.Thunks, ", "))
	}
	var more []string
	for _, source := range rt.Sources(result.Machine) {
		path := filepath.Join(filepath.Dir(object), source.Name)
		if err := os.WriteFile(path, []byte(source.Text), 0o600); err != nil {
			return nil, fmt.Errorf("write the thunks: %w", err)
		}
		made := path + ".o"
		if err := compile(cc, []string{"-c", "-O2", "-fPIC", "-o", made, path}, errs); err != nil {
			return nil, fmt.Errorf("compile %s with %s: %w", source.Name, cc[0], err)
		}
		more = append(more, made)
	}
	if err := os.WriteFile(object, result.Object, info.Mode().Perm()); err != nil {
		return nil, fmt.Errorf("write Go's object: %w", err)
	}
	return more, nil
}

// findObject returns the path of Go's object among the arguments, or in a
// file of arguments, which Go's linker writes when they are very long.
func findObject(args []string) (string, error) {
	var found []string
	for _, a := range args {
		if name, ok := strings.CutPrefix(a, "@"); ok {
			b, err := os.ReadFile(name)
			if err != nil {
				return "", fmt.Errorf("read the arguments in %s: %w", name, err)
			}
			inside, err := splitResponse(string(b))
			if err != nil {
				return "", fmt.Errorf("read the arguments in %s: %w", name, err)
			}
			for _, a := range inside {
				if filepath.Base(a) == goObject {
					found = append(found, a)
				}
			}
			continue
		}
		if filepath.Base(a) == goObject {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("more than one %s is to be linked (%s): which one is Go's?", goObject, strings.Join(found, ", "))
}

// compile runs the compiler; its messages go where ours do, since Go's linker
// shows them.
func compile(cc, args []string, errs io.Writer) error {
	c := exec.Command(cc[0], append(append([]string(nil), cc[1:]...), args...)...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, errs
	return c.Run()
}

// sameFile tells whether a command is this program.
func sameFile(command string) bool {
	path, err := exec.LookPath(command)
	if err != nil {
		return false
	}
	self, err := os.Executable()
	if err != nil {
		return false
	}
	a, err := os.Stat(path)
	if err != nil {
		return false
	}
	b, err := os.Stat(self)
	return err == nil && os.SameFile(a, b)
}
