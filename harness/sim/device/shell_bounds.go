// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Bounds of one command line. Whatever a tester types stays far below them.
const (
	// maxCommand is where the kernel of a device refuses (E2BIG).
	maxCommand = 128 << 10
	// maxNesting is how deep a command line may be nested.
	maxNesting = 200
	// maxCommands is how many commands one command line may run.
	maxCommands = 1 << 16
	// maxFrames is how deep the interpreter's stack may be: eval in eval.
	maxFrames = 4096
)

var (
	errTooMany = fmt.Errorf("the simulated shell runs at most %d commands in one command line", maxCommands)
	errTooDeep = errors.New("the commands are nested too deeply for the simulated shell")
)

// check refuses a command line that the interpreter cannot be left alone with:
// one that asks the host who owns a file, and a function that may call itself,
// which would fill the stack or, in a pipeline, the memory. evaluated is set
// for the text of an eval, which may define no functions at all: together they
// could call each other in circles.
func check(file *syntax.File, evaluated bool) error {
	calls := map[string]map[string]bool{}
	var err error
	depth := 0
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		depth++
		switch n := n.(type) {
		case *syntax.UnaryTest:
			if n.Op == syntax.TsUsrOwn || n.Op == syntax.TsGrpOwn {
				err = errors.Join(err, fmt.Errorf("%s: the simulated shell knows no owners", n.Op))
			}
		case *syntax.FuncDecl:
			err = errors.Join(err, collect(n, calls, evaluated))
		}
		if depth > maxNesting {
			err = errTooDeep
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	for name := range calls {
		if reaches(calls, name, name, map[string]bool{}) {
			return fmt.Errorf("%s: a function that may call itself is refused by the simulated shell", name)
		}
	}
	return nil
}

// collect notes which commands a function calls. One whose name is not written
// down could be any function.
func collect(f *syntax.FuncDecl, calls map[string]map[string]bool, evaluated bool) error {
	switch {
	case evaluated:
		return errors.New("the simulated shell defines no functions in eval")
	case f.Name == nil:
		return errors.New("a function needs a name")
	}
	name := f.Name.Value
	if calls[name] == nil {
		calls[name] = map[string]bool{}
	}
	var err error
	syntax.Walk(f.Body, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		command := call.Args[0].Lit()
		if command == "" || command == "eval" || strings.ContainsAny(command, `\*?[`) {
			err = fmt.Errorf("%s: a function that calls what is only known when it runs is refused by the simulated shell", name)
		}
		calls[name][command] = true
		return true
	})
	return err
}

// reaches reports whether a function comes to call another one.
func reaches(calls map[string]map[string]bool, from, to string, seen map[string]bool) bool {
	for next := range calls[from] {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(calls, next, to, seen) {
				return true
			}
		}
	}
	return false
}

// parentheses is a row of them over which the parser takes ever longer.
var parentheses = strings.Repeat("(", maxNesting)

// evaluable checks the text that a builtin is going to run.
func evaluable(text string) error {
	if len(text) > maxCommand || strings.Contains(text, parentheses) {
		return errTooDeep
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	if err != nil {
		return nil // the builtin says so itself
	}
	return check(file, true)
}

// bounded counts a command and refuses one too many, or too deep: a trap may
// call a function that a trap ends.
func (s *shell) bounded() error {
	if s.commands.Add(1) > maxCommands {
		return errTooMany
	}
	var below [1]uintptr
	if runtime.Callers(maxFrames, below[:]) > 0 {
		return errTooDeep
	}
	return nil
}
