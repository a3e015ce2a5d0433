// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// maxProfile bounds what is read of a package's module.json or pack.info.
const maxProfile = 4 << 20

// PackageError says that a file is no package that can be installed here.
// Nothing was tried.
type PackageError struct {
	File string
	Why  string
	Err  error
}

// Error implements error.
func (e *PackageError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("package %s: %s: %v", e.File, e.Why, e.Err)
	}
	return fmt.Sprintf("package %s: %s", e.File, e.Why)
}

// Unwrap returns the cause.
func (e *PackageError) Unwrap() error { return e.Err }

// PackageBundle reads the app's bundle name out of a .hap, .hsp or .app file:
// from module.json, or pack.info of an .app. The error is a *PackageError.
// Source: HarmonyOS guide, structure of application packages.
func PackageBundle(file string) (string, error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return "", &PackageError{file, "it cannot be opened as a zip archive", err}
	}
	defer func() { _ = archive.Close() }() // it was only read
	for _, member := range []string{"module.json", "pack.info"} {
		f, err := archive.Open(member)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", &PackageError{file, "its " + member + " cannot be read", err}
		}
		text, err := io.ReadAll(io.LimitReader(f, maxProfile))
		_ = f.Close() // it was only read
		if err != nil {
			return "", &PackageError{file, "its " + member + " cannot be read", err}
		}
		bundle, err := parseProfile(text)
		if err != nil {
			return "", &PackageError{file, "its " + member + " names no app", err}
		}
		return bundle, nil
	}
	return "", &PackageError{file, "it has neither module.json nor pack.info: is it a .hap, .hsp or .app file?", nil}
}

// parseProfile reads the bundle name of module.json or pack.info.
func parseProfile(text []byte) (string, error) {
	type app struct {
		BundleName string `json:"bundleName"`
	}
	var profile struct {
		App     app `json:"app"`
		Summary struct {
			App app `json:"app"`
		} `json:"summary"`
	}
	if err := json.Unmarshal(text, &profile); err != nil {
		return "", err
	}
	name := profile.App.BundleName
	if name == "" {
		name = profile.Summary.App.BundleName
	}
	if err := hdc.CheckBundle(name); err != nil {
		return "", err
	}
	return name, nil
}

// hashFiles returns a file's SHA-256 in hex. Of several files it is that of
// their hashes and names, sorted, as sha256sum prints them, so that their order
// and their folders do not count.
func hashFiles(paths []string) (string, error) {
	var lines []string
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return "", &PackageError{path, "it cannot be opened", err}
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		_ = f.Close() // it was only read
		if err != nil {
			return "", &PackageError{path, "it cannot be read", err}
		}
		lines = append(lines, hex.EncodeToString(h.Sum(nil))+"  "+filepath.Base(path)+"\n")
	}
	if len(lines) == 1 {
		hash, _, _ := strings.Cut(lines[0], " ")
		return hash, nil
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:]), nil
}
