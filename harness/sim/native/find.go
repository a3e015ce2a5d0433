// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// oldestNode is the first major version that the runtime is written for.
const oldestNode = 20

// askLimit bounds the question to Node which version it is.
const askLimit = 30 * time.Second

// Host is the machine on which Find looks: the zero value is this one.
type Host struct {
	// Dir is the folder to begin in, "" for the current one.
	Dir string
	// LookPath stands for exec.LookPath.
	LookPath func(string) (string, error)
	// Version asks a program of that path for its version; nil runs it.
	Version func(ctx context.Context, node string) (string, error)
}

// MissingError lists what the native runtime lacks.
type MissingError struct{ Missing []Missing }

// Missing is one thing that is not there.
type Missing struct {
	// What is missing, and where it was looked for.
	What string
	// Do says what to type or to install.
	Do string
}

// Error implements error.
func (e *MissingError) Error() string {
	var b strings.Builder
	b.WriteString("the native runtime is not complete")
	for _, m := range e.Missing {
		fmt.Fprintf(&b, "\n  %s: %s", m.What, m.Do)
	}
	return b.String()
}

// Find looks for all that the native runtime needs, and returns it or a
// *MissingError that lists everything that is not there. It builds and installs
// nothing.
func Find(ctx context.Context, h Host) (*Runtime, error) {
	r, missing := &Runtime{}, &MissingError{}
	lacks := func(what, do string) { missing.Missing = append(missing.Missing, Missing{what, do}) }
	r.findNode(ctx, h, lacks)
	if err := r.findRoot(h.Dir); errors.Is(err, errNoClone) {
		lacks("the sources of Pushproof, which this folder is not in", "git clone the repository, and start hdc-runner in it")
	} else if err != nil {
		return nil, err
	}
	if r.Root != "" {
		r.findBuilt(lacks)
	}
	if len(missing.Missing) > 0 {
		return nil, missing
	}
	return r, nil
}

var versionText = regexp.MustCompile(`^v(\d+)\.`)

func (r *Runtime) findNode(ctx context.Context, h Host, lacks func(what, do string)) {
	install := fmt.Sprintf("install Node %d or later, from nodejs.org or with apt-get install nodejs", oldestNode)
	look, ask := h.LookPath, h.Version
	if look == nil {
		look = exec.LookPath
	}
	if ask == nil {
		ask = askVersion
	}
	node, err := look("node")
	if err != nil {
		lacks("node, which is not in PATH", install)
		return
	}
	version, err := ask(ctx, node)
	if err != nil {
		lacks(fmt.Sprintf("a node that works: %s --version: %v", node, err), install)
		return
	}
	m := versionText.FindStringSubmatch(version)
	if m == nil {
		lacks(fmt.Sprintf("a node that is Node: %s --version says %q", node, version), install)
		return
	}
	if major, err := strconv.Atoi(m[1]); err != nil || major < oldestNode {
		lacks(fmt.Sprintf("a newer node: %s is %s", node, version), install)
		return
	}
	r.Node = node
}

func askVersion(ctx context.Context, node string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	return strings.TrimSpace(string(out)), err
}

var (
	errNoClone = errors.New("no clone")
	ourModule  = regexp.MustCompile(`(?m)^module github\.com/pushproof/pushproof\s*$`)
)

// findRoot goes up from a folder to the one of our go.mod.
func (r *Runtime) findRoot(dir string) error {
	if dir == "" {
		dir = "."
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("look for the sources: %w", err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && ourModule.Match(text) {
			r.Root = dir
			return nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return errNoClone
		}
		dir = up
	}
}

// findBuilt looks for what is in no clone: it is built, or installed.
func (r *Runtime) findBuilt(lacks func(what, do string)) {
	r.Module = filepath.Join(r.Root, "nativebridge", "out", "node", "pushproof.node")
	if _, err := os.Stat(r.Module); err != nil {
		do := fmt.Sprintf("cd %s && go run ./nativebridge/build --abi node", r.Root)
		if runtime.GOOS == "windows" {
			do = "it is built on Linux and macOS only: use WSL"
		}
		lacks("the native module for Node, "+r.Module, do)
	}
	check := filepath.Join(r.Root, "ohos", "check")
	for _, pkg := range []string{"typescript", "json5"} {
		folder := filepath.Join(check, "node_modules", pkg)
		if _, err := os.Stat(filepath.Join(folder, "package.json")); err != nil {
			lacks("what ArkTS is read with, "+folder, fmt.Sprintf("cd %s && npm ci", check))
			return
		}
	}
}
