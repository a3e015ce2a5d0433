// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Storage is a file system as file transfer and install need it. A [Target]
// that is one too can send and receive files; of the host's side,
// [Options].Host is one. Names are absolute, with slashes on a device. Errors
// wrap fs.ErrNotExist and fs.ErrPermission where they apply. Many goroutines
// may call it.
type Storage interface {
	// StatFile says what a file or folder is.
	StatFile(name string) (fs.FileInfo, error)
	// ListFiles returns what a folder holds, sorted by name.
	ListFiles(name string) ([]fs.DirEntry, error)
	// OpenFile opens a file for reading.
	OpenFile(name string) (io.ReadCloser, error)
	// CreateFile makes a file, or empties one; its folder must be there.
	CreateFile(name string) (io.WriteCloser, error)
	// MakeDir makes a folder and those above it.
	MakeDir(name string) error
	// TouchFile sets the time of the last change.
	TouchFile(name string, changed time.Time) error
	// RemoveFile removes a file, or a folder with all that is in it.
	RemoveFile(name string) error
}

// machine is the file system that the server runs on.
type machine struct{}

func (machine) StatFile(name string) (fs.FileInfo, error)      { return os.Stat(name) }
func (machine) ListFiles(name string) ([]fs.DirEntry, error)   { return os.ReadDir(name) }
func (machine) OpenFile(name string) (io.ReadCloser, error)    { return os.Open(name) }
func (machine) CreateFile(name string) (io.WriteCloser, error) { return os.Create(name) }
func (machine) MakeDir(name string) error                      { return os.MkdirAll(name, 0o755) }
func (machine) TouchFile(name string, changed time.Time) error {
	return os.Chtimes(name, changed, changed)
}
func (machine) RemoveFile(name string) error                  { return os.RemoveAll(name) }
func (machine) ChmodFile(name string, mode fs.FileMode) error { return os.Chmod(name, mode) }

// absolute forms a name of the host from the client's folder and what it
// wrote.
func absolute(cwd, name string) string {
	if filepath.IsAbs(name) || name != "" && name[0] == '/' {
		return name
	}
	return cwd + name
}

// reason is what hdc says of a file's error, in the words of libuv.
func reason(err error) string {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, errIsFolder):
		return "illegal operation on a directory"
	case errors.As(err, &p):
		return p.Err.Error()
	}
	return err.Error()
}

var errIsFolder = errors.New("illegal operation on a directory")
