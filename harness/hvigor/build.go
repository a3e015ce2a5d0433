// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/process"
)

// Job is one build of one module.
type Job struct {
	// Project is the project's folder, absolute.
	Project string
	// Module is the module's name, Folder its folder below Project, with slashes.
	Module, Folder string
	// Product and Target are those of build-profile.json5: default and default
	// where it names no others.
	Product, Target string
	// Release builds in the mode release, otherwise debug.
	Release bool
}

// Step is a program to be run.
type Step struct {
	// Does says what it is for, as in "install the dependencies".
	Does    string
	Program string
	Args    []string
	Dir     string
	// Env are variables beside those of this program.
	Env []string
}

// String is the command as a person types it.
func (s Step) String() string {
	words := append([]string{s.Program}, s.Args...)
	for i, word := range words {
		if word == "" || strings.ContainsAny(word, " \t\"'$&|;<>()*?") {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// Steps are what builds the job's HAP. (Claim hap.hvigor-commands.)
func (t *Tools) Steps(j Job) []Step {
	mode := "debug"
	if j.Release {
		mode = "release"
	}
	env := t.env(os.Getenv)
	return []Step{
		{"install the dependencies", t.Ohpm, []string{"install", "--all"}, j.Project, env},
		{"build the package", t.Hvigorw, []string{
			"assembleHap", "--mode", "module", "-p", "product=" + j.Product, "-p", "module=" + j.Module + "@" + j.Target, "-p", "buildMode=" + mode, "--no-daemon",
		}, j.Project, env},
	}
}

// env are the variables that the tools want, as far as nobody has set them.
func (t *Tools) env(getenv func(string) string) []string {
	var env []string
	set := func(name, value string) {
		if value != "" && getenv(name) == "" {
			env = append(env, name+"="+value)
		}
	}
	set(SDKEnv, t.SDK)
	set("JAVA_HOME", t.JavaHome)
	set("NODE_HOME", t.NodeHome)
	dirs := []string{filepath.Join(t.JavaHome, "bin")}
	if t.NodeHome != "" {
		// On Windows node.exe is in the folder itself.
		dirs = append(dirs, filepath.Join(t.NodeHome, "bin"), t.NodeHome)
	}
	return append(env, "PATH="+strings.Join(append(dirs, getenv("PATH")), string(os.PathListSeparator)))
}

// StepError says which step failed. What the program said has been written to
// the output.
type StepError struct {
	Step Step
	// Exit is the program's exit status; -1 where it did not end by itself.
	Exit int
	// Why says more, "" where the exit status is all.
	Why string
	Err error
}

// Error implements error.
func (e *StepError) Error() string {
	text := fmt.Sprintf("could not %s: `%s` in %s", e.Step.Does, e.Step, e.Step.Dir)
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", text, e.Err)
	case e.Why != "":
		return text + ": " + e.Why
	}
	return fmt.Sprintf("%s: exit status %d", text, e.Exit)
}

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Err }

// failed is what hvigor prints when a build has failed, whatever its exit status
// is. (Claim hap.hvigor-failed.)
const failed = "BUILD FAILED"

// pipeGrace is how long what a step has started may hold its output open; a
// variable for tests.
var pipeGrace = 2 * time.Second

// Run runs a step to its end, and writes what it prints to out. When ctx is over
// the step's whole process group is killed.
//
// Errors: *StepError.
func (s Step) Run(ctx context.Context, out io.Writer) error {
	w := &watcher{w: out, word: []byte(failed)}
	child, err := process.Start(ctx, process.Options{Path: s.Program, Args: s.Args, Dir: s.Dir, Env: merged(os.Environ(), s.Env), Stderr: w})
	switch {
	case ctx.Err() != nil && err != nil:
		return &StepError{Step: s, Exit: -1, Err: context.Cause(ctx)}
	case err != nil:
		return &StepError{Step: s, Exit: -1, Err: err}
	}
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(w, child.Stdout())
		copied <- err
	}()
	<-child.Done()
	// Somebody whom the child has started may hold the pipe open: then Close ends
	// the copy.
	held := time.AfterFunc(pipeGrace, func() { _ = child.Stdout().Close() })
	err = <-copied
	if !held.Stop() && errors.Is(err, os.ErrClosed) {
		err = nil
	}
	_ = child.Close(ctx) // it has ended
	state := child.State()
	switch {
	case ctx.Err() != nil:
		return &StepError{Step: s, Exit: -1, Err: context.Cause(ctx)}
	case err != nil:
		return &StepError{Step: s, Exit: state.ExitCode(), Err: fmt.Errorf("read what it prints: %w", err)}
	case !state.Success():
		return &StepError{Step: s, Exit: state.ExitCode()}
	case w.seen():
		return &StepError{Step: s, Why: "it says " + failed + " and ends with exit status 0"}
	}
	return nil
}

// merged puts variables in place of those with the same name.
func merged(env, other []string) []string {
	name := func(text string) string {
		name, _, _ := strings.Cut(text, "=")
		return name
	}
	env = slices.DeleteFunc(slices.Clone(env), func(text string) bool {
		return slices.ContainsFunc(other, func(o string) bool { return name(o) == name(text) })
	})
	return append(env, other...)
}

// watcher passes everything on, from any goroutine, and looks for a word.
type watcher struct {
	mu    sync.Mutex
	w     io.Writer
	word  []byte
	tail  []byte
	found bool
}

// Write implements io.Writer.
func (w *watcher) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.tail, b...)
	w.found = w.found || bytes.Contains(text, w.word)
	w.tail = bytes.Clone(text[max(0, len(text)-len(w.word)+1):])
	return w.w.Write(b)
}

func (w *watcher) seen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found
}

// Packages returns the HAP files of a job that was built, signed ones first.
// There is at least one. (Claim hap.hvigor-output.)
func (j Job) Packages() ([]string, error) {
	dir := filepath.Join(j.Project, filepath.FromSlash(j.Folder), "build", j.Product, "outputs", j.Target)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("hvigor has built no package: %w", err)
	}
	var signed, unsigned []string
	for _, entry := range entries {
		switch name := entry.Name(); {
		case entry.IsDir() || filepath.Ext(name) != ".hap":
		case strings.HasSuffix(name, "-unsigned.hap"):
			unsigned = append(unsigned, filepath.Join(dir, name))
		default:
			signed = append(signed, filepath.Join(dir, name))
		}
	}
	if len(signed)+len(unsigned) == 0 {
		return nil, fmt.Errorf("hvigor has built no package: no .hap file is in %s", dir)
	}
	return append(signed, unsigned...), nil
}
