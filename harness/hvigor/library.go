// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pushproof/pushproof/harness/hap"
	"github.com/pushproof/pushproof/internal/json5"
)

// ABIs are those for which an app carries the native module.
var ABIs = []string{"arm64-v8a", "x86_64"}

const libraryFile = "lib" + hap.Name + ".so"

// Library is where a project has Pushproof from.
type Library struct {
	// HAR is the folder of the HAR pushproof, or the .har file; "" where the
	// project does not depend on it.
	HAR string
	// Clone is the folder of Pushproof's own source of which HAR is a part, ""
	// if it is none.
	Clone string
}

// FindLibrary looks where a project's module has Pushproof from: one of the
// project's own modules, or a dependency of an oh-package.json5.
//
// Errors: *hap.TextError, *hap.ProjectError.
func FindLibrary(p *hap.Project, module int) (Library, error) {
	for i, m := range p.App.Modules {
		if m.Name == hap.Name {
			return inClone(filepath.Join(p.Root, filepath.FromSlash(p.Folders[i]))), nil
		}
	}
	for _, folder := range []string{p.Folders[module], "."} {
		dir := filepath.Join(p.Root, filepath.FromSlash(folder))
		text, err := readText(filepath.Join(dir, "oh-package.json5"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Library{}, &hap.ProjectError{Path: p.Root, Why: "an oh-package.json5 cannot be read", Err: err}
		}
		v, err := json5.Parse(text)
		if err != nil {
			return Library{}, &hap.TextError{File: filepath.Join(folder, "oh-package.json5"), Err: err}
		}
		for _, list := range []string{"dependencies", "devDependencies", "dynamicDependencies"} {
			if path, local := strings.CutPrefix(v.Get(list).Get(hap.Name).Text(), "file:"); local {
				return inClone(filepath.Join(dir, filepath.FromSlash(path))), nil
			}
		}
	}
	return Library{}, nil
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+github\.com/pushproof/pushproof\s*$`)

// inClone looks for the source around a HAR.
func inClone(har string) Library {
	for dir := filepath.Dir(har); ; dir = filepath.Dir(dir) {
		text, err := readText(filepath.Join(dir, "go.mod"))
		if err == nil && moduleLine.Match(text) && isDir(filepath.Join(dir, "nativebridge", "build")) {
			return Library{HAR: har, Clone: dir}
		}
		if dir == filepath.Dir(dir) {
			return Library{HAR: har}
		}
	}
}

// Packed reports whether the HAR is a file, which has its libraries inside.
func (l Library) Packed() bool { return filepath.Ext(l.HAR) == ".har" }

// Has returns the ABIs for which the native module is in the HAR's folder.
func (l Library) Has() []string {
	var all []string
	for _, abi := range ABIs {
		if info, err := os.Stat(filepath.Join(l.HAR, "libs", abi, libraryFile)); err == nil && info.Mode().IsRegular() {
			all = append(all, abi)
		}
	}
	return all
}

// Step builds the native module in the clone; see Place.
func (l Library) Step() Step {
	return Step{
		Does: "build the native module", Program: "go", Dir: l.Clone,
		Args: []string{"run", "./nativebridge/build", "--abi", strings.Join(ABIs, ",")},
	}
}

// Place copies what Step has built into the HAR's folder, and returns the ABIs
// of it: none where there is no compiler for any.
func (l Library) Place() ([]string, error) {
	var all []string
	for _, abi := range ABIs {
		from := filepath.Join(l.Clone, "nativebridge", "out", abi, libraryFile)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := copyFile(filepath.Join(l.HAR, "libs", abi, libraryFile), from); err != nil {
			return all, fmt.Errorf("put the native module for %s into the HAR: %w", abi, err)
		}
		all = append(all, abi)
	}
	return all, nil
}

func copyFile(to, from string) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	w, err := os.CreateTemp(filepath.Dir(to), libraryFile+"-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	err = errors.Join(err, w.Chmod(0o644), w.Close())
	if err == nil {
		err = os.Rename(w.Name(), to)
	}
	if err != nil {
		_ = os.Remove(w.Name())
	}
	return err
}

// Targets returns the names of a module's targets, "default" alone where its
// build-profile.json5 names none.
func Targets(p *hap.Project, module int) ([]string, error) {
	folder := p.Folders[module]
	text, err := readText(filepath.Join(p.Root, filepath.FromSlash(folder), "build-profile.json5"))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{"default"}, nil
	}
	if err != nil {
		return nil, &hap.ProjectError{Path: p.Root, Why: folder + "/build-profile.json5 cannot be read", Err: err}
	}
	v, err := json5.Parse(text)
	if err != nil {
		return nil, &hap.TextError{File: folder + "/build-profile.json5", Err: err}
	}
	var all []string
	for _, target := range v.Get("targets").Items() {
		if name := target.Get("name").Text(); name != "" {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		all = []string{"default"}
	}
	return all, nil
}

// maxText is more than any of the files that are read here has.
const maxText = 1 << 20

func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("%s has more than %d bytes", path, maxText)
	}
	return text, errors.Join(err, f.Close())
}
