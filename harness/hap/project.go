// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/internal/json5"
)

// maxText bounds each text that is read: module.json, or a file beside it.
const maxText = 4 << 20

// Project is the source of an app.
type Project struct {
	// Root is its folder, absolute.
	Root string
	App  App
	// Folders are the modules' folders below Root, in App.Modules' order, with
	// slashes.
	Folders []string
}

// ProjectError says that a folder or file is no project that can be read.
type ProjectError struct {
	Path string
	Why  string
	Err  error
}

// Error implements error.
func (e *ProjectError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("project %s: %s: %v", e.Path, e.Why, e.Err)
	}
	return fmt.Sprintf("project %s: %s", e.Path, e.Why)
}

// Unwrap returns the cause.
func (e *ProjectError) Unwrap() error { return e.Err }

const notAProject = "it has neither build-profile.json5 with modules, nor src/main/module.json5: name the folder of a HarmonyOS project of the stage model, or of one module"

// OpenProject reads what the modules of a project declare. path is the folder
// of the project, the folder of one of its modules, or a module.json5; with
// one of the latter two the project has that module alone.
//
// Errors: *ProjectError, *TextError.
func OpenProject(path string) (*Project, error) {
	root, err := filepath.Abs(path)
	if err != nil {
		return nil, &ProjectError{path, "its path cannot be used", err}
	}
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil, &ProjectError{Path: path, Why: "there is no such folder or file"}
	}
	if filepath.Base(root) == "module.json5" {
		root = filepath.Dir(filepath.Dir(filepath.Dir(root)))
	}
	if _, err := os.Stat(filepath.Join(root, "src", "main", "module.json5")); err == nil {
		return openModules(filepath.Dir(root), []string{filepath.Base(root)})
	}
	text, err := readText(filepath.Join(root, "build-profile.json5"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &ProjectError{Path: path, Why: notAProject}
	}
	if err != nil {
		return nil, &ProjectError{path, "its build-profile.json5 cannot be read", err}
	}
	profile, err := json5.Parse(text)
	if err != nil {
		return nil, &TextError{filepath.Join(path, "build-profile.json5"), err}
	}
	var folders []string
	for _, m := range profile.Get("modules").Items() {
		if folder := m.Get("srcPath").Text(); folder != "" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	if len(folders) == 0 {
		return nil, &ProjectError{Path: path, Why: notAProject}
	}
	return openModules(root, folders)
}

func openModules(root string, folders []string) (*Project, error) {
	p := &Project{Root: root}
	text, err := readText(filepath.Join(root, "AppScope", "app.json5"))
	switch {
	case err == nil:
		app, err := json5.Parse(text)
		if err != nil {
			return nil, &TextError{"AppScope/app.json5", err}
		}
		p.App.Bundle = app.Get("app").Get("bundleName").Text()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &ProjectError{root, "its AppScope/app.json5 cannot be read", err}
	}
	for _, folder := range folders {
		folder = filepath.ToSlash(filepath.Clean(filepath.FromSlash(folder)))
		if !filepath.IsLocal(filepath.FromSlash(folder)) {
			return nil, &ProjectError{Path: root, Why: fmt.Sprintf("the srcPath %q in build-profile.json5 is not below it", folder)}
		}
		file := folder + "/src/main/module.json5"
		text, err := readText(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return nil, &ProjectError{root, file + " cannot be read", err}
		}
		m, _, err := ParseModule(file, text)
		if err != nil {
			return nil, err
		}
		if err := m.readProfiles(root, folder+"/src/main/resources/base/profile"); err != nil {
			return nil, err
		}
		p.App.Modules, p.Folders = append(p.App.Modules, m), append(p.Folders, folder)
	}
	return p, nil
}

// readProfiles reads the JSON files of a folder, if there is one.
func (m *Module) readProfiles(root, folder string) error {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &ProjectError{root, folder + " cannot be read", err}
	}
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), ".json")
		if !ok || entry.IsDir() {
			continue
		}
		file := folder + "/" + entry.Name()
		text, err := readText(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			m.Profiles[name] = Profile{File: file, Err: err}
			continue
		}
		m.addProfile(name, file, text)
	}
	return nil
}

// readText reads a file that is no longer than a text may be.
func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := readBounded(f)
	return text, errors.Join(err, f.Close())
}

func readBounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("it has more than %d bytes", maxText)
	}
	return text, err
}
