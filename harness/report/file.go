// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Names of the files in a report's folder.
const (
	JSONFile  = "report.json"
	JUnitFile = "junit.xml"
)

// CheckDir says why no report can be written into dir, which need not be there
// yet; nothing of it is made.
func CheckDir(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir:
			dir = filepath.Dir(dir)
			continue
		case errors.Is(err, syscall.ENOTDIR), err == nil && !info.IsDir():
			return fmt.Errorf("%s is a file, and no folder", notFolder(dir))
		case err != nil:
			return cause(err)
		}
		break
	}
	probe, err := os.CreateTemp(dir, ".pushproof-*")
	if err != nil {
		return fmt.Errorf("nothing can be written into %s: %w", dir, cause(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// notFolder finds what stands in the way on the way to path.
func notFolder(path string) string {
	for {
		if info, err := os.Stat(path); err == nil && !info.IsDir() || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// cause leaves the path away, which the caller names.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Write writes report.json and junit.xml into dir, which it makes. Each file
// appears whole or not at all.
func (r *Report) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the report's folder: %w", err)
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("marshal the report: %w", err)
	}
	if err := replace(filepath.Join(dir, JSONFile), append(raw, '\n')); err != nil {
		return err
	}
	junit, err := r.JUnit()
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, JUnitFile), junit)
}

// Read reads a report.json.
func Read(path string) (*Report, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("read the report %s: %w", path, err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("report %s has schema %d, this program reads %d", path, r.Schema, Schema)
	}
	return &r, nil
}

func replace(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(content)
	if cerr := temp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
