// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"io"
	"io/fs"
	"os"
	"time"
)

// The methods below are the device's files for `hdc file` and `hdc install`;
// with them a Device satisfies hdcd.Storage. They see what the shell sees, and
// nothing of the host.

// StatFile describes a file or folder.
func (d *Device) StatFile(name string) (fs.FileInfo, error) {
	if err := d.enter(absolute("/", name)); err != nil {
		return nil, err
	}
	return d.files.stat(absolute("/", name))
}

// ListFiles returns what is in a folder, sorted by name.
func (d *Device) ListFiles(name string) ([]fs.DirEntry, error) {
	return d.files.list(absolute("/", name))
}

// OpenFile opens a file for reading.
func (d *Device) OpenFile(name string) (io.ReadCloser, error) {
	return d.files.open(absolute("/", name), os.O_RDONLY)
}

// CreateFile makes a file, or empties one.
func (d *Device) CreateFile(name string) (io.WriteCloser, error) {
	return d.files.open(absolute("/", name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
}

// MakeDir makes a folder and those above it.
func (d *Device) MakeDir(name string) error {
	return d.files.mkdir(absolute("/", name), true)
}

// TouchFile sets the time of the last change.
func (d *Device) TouchFile(name string, changed time.Time) error {
	return d.files.touch(absolute("/", name), changed)
}

// ChmodFile sets the nine bits of permission. They are shown, and shut nobody
// out: the shell's user owns what it may write.
func (d *Device) ChmodFile(name string, mode fs.FileMode) error {
	return d.files.chmod(absolute("/", name), mode)
}

// RemoveFile removes a file, or a folder with all that is in it.
func (d *Device) RemoveFile(name string) error {
	return d.files.remove(absolute("/", name), true)
}

func (f *files) touch(name string, changed time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[name]
	switch {
	case n == nil:
		return pathError("touch", name, fs.ErrNotExist)
	case !writable(name):
		return pathError("touch", name, fs.ErrPermission)
	}
	n.changed = changed
	return nil
}

func (f *files) chmod(name string, mode fs.FileMode) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[name]
	switch {
	case n == nil:
		return pathError("chmod", name, fs.ErrNotExist)
	case !writable(name):
		return pathError("chmod", name, fs.ErrPermission)
	}
	n.mode = mode.Perm()
	return nil
}
