// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// tree is a folder of this machine with what is in it. It is read through an
// os.Root, so nothing outside is, whatever the links.
type tree struct {
	root  *os.Root
	files []leaf
	// folders are all below the root, with their modes; empty those that hold
	// no file, at any depth.
	folders []branch
	empty   []string
	bytes   int64
	// linked is set where a file is a link to another one of the folder. hdc
	// leaves such a link out without a word.
	linked bool
}

// leaf is a file with its path from the root on, by slashes.
type leaf struct {
	name string
	info fs.FileInfo
}

// branch is a folder in the same way; the root's name is ".".
type branch struct {
	name string
	mode fs.FileMode
}

// readTree lists a folder: each folder's names in order.
func readTree(local string) (*tree, error) {
	root, err := os.OpenRoot(local)
	if err != nil {
		return nil, newLocalError(local, err)
	}
	t := &tree{root: root}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return newLocalError(path.Join(local, name), err)
		case len(t.files)+len(t.folders) > maxFiles:
			return badArgument("local path", local, fmt.Sprintf("it holds more than %d files and folders: send its parts", maxFiles))
		}
		return t.add(name, d)
	})
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	held := map[string]bool{".": true}
	for _, f := range t.files {
		for dir := path.Dir(f.name); !held[dir]; dir = path.Dir(dir) {
			held[dir] = true
		}
	}
	for _, f := range t.folders {
		if !held[f.name] {
			t.empty = append(t.empty, f.name)
		}
	}
	return t, nil
}

func (t *tree) add(name string, d fs.DirEntry) error {
	if name != "." {
		if err := checkName(name, false); err != nil {
			return err
		}
	}
	info, err := d.Info()
	if err != nil {
		return newLocalError(name, err)
	}
	switch {
	case info.IsDir():
		t.folders = append(t.folders, branch{name, info.Mode()})
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		if info, err = t.root.Stat(name); err != nil {
			return &UnsafePathError{Path: name, Why: "it is a link that leads nowhere, or out of the folder: remove it"}
		}
		t.linked = true
	}
	if !info.Mode().IsRegular() {
		return &UnsafePathError{Path: name, Why: "it is no regular file, and no link to one: remove it"}
	}
	t.files = append(t.files, leaf{name, info})
	t.bytes += info.Size()
	return nil
}

// open opens a file for reading.
func (t *tree) open(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := t.root.Open(name)
		if err != nil {
			return nil, newLocalError(name, err)
		}
		return f, nil
	}
}

// sums reads all files, keyed by their paths below a remote folder.
func (t *tree) sums(remote string) (map[string]fingerprint, error) {
	sums := make(map[string]fingerprint, len(t.files))
	for _, f := range t.files {
		file, err := t.root.Open(f.name)
		if err != nil {
			return nil, newLocalError(f.name, err)
		}
		hash := sha256.New()
		size, err := io.Copy(hash, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.name, err)
		}
		sums[path.Join(remote, f.name)] = fingerprint{hex.EncodeToString(hash.Sum(nil)), size}
	}
	return sums, nil
}

// close lets go of the folder.
func (t *tree) close() { _ = t.root.Close() }
