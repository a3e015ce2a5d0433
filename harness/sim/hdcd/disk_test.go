// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// disk is a file system in memory. A file without permissions can neither be
// read nor written, and a folder without them takes no files.
type disk struct {
	mu    sync.Mutex
	files fstest.MapFS
	// room is how much more it holds; 0 means no limit.
	room int
}

var _ hdcd.Storage = (*disk)(nil)

func newDisk(files map[string]string) *disk {
	d := &disk{files: fstest.MapFS{}}
	for name, content := range files {
		f := &fstest.MapFile{Data: []byte(content), Mode: 0o644, ModTime: time.Unix(1_700_000_000, 0)}
		name, secret := strings.CutSuffix(name, "!")
		if secret {
			f.Mode = 0
		}
		if strings.HasSuffix(name, "/") {
			f.Mode |= fs.ModeDir
		}
		d.files[rooted(name)] = f
	}
	return d
}

func rooted(name string) string {
	name = strings.TrimPrefix(path.Clean(name), "/")
	if name == "" {
		return "."
	}
	return name
}

func denied(name string) error {
	return &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func (d *disk) StatFile(name string) (fs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files.Stat(rooted(name))
}

func (d *disk) ListFiles(name string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files.ReadDir(rooted(name))
}

func (d *disk) OpenFile(name string) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[rooted(name)]
	switch {
	case f == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case f.Mode.Perm() == 0:
		return nil, denied(name)
	}
	return io.NopCloser(bytes.NewReader(f.Data)), nil
}

func (d *disk) CreateFile(name string) (io.WriteCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	folder := d.files[rooted(path.Dir(name))]
	if folder == nil {
		if _, err := d.files.Stat(rooted(path.Dir(name))); err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
	} else if folder.Mode.Perm() == 0 {
		return nil, denied(name)
	}
	f := &fstest.MapFile{Mode: 0o644, ModTime: time.Now()}
	d.files[rooted(name)] = f
	return &diskFile{d, f}, nil
}

func (d *disk) MakeDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[rooted(name)] == nil {
		d.files[rooted(name)] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	}
	return nil
}

func (d *disk) TouchFile(name string, changed time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[rooted(name)]
	if f == nil {
		return fs.ErrNotExist
	}
	f.ModTime = changed
	return nil
}

func (d *disk) ChmodFile(name string, mode fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[rooted(name)]
	if f == nil {
		if _, err := d.files.Stat(rooted(name)); err != nil {
			return err
		}
		f = &fstest.MapFile{Mode: fs.ModeDir}
		d.files[rooted(name)] = f
	}
	f.Mode = f.Mode.Type() | mode.Perm()
	return nil
}

func (d *disk) RemoveFile(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for n := range d.files {
		if n == rooted(name) || strings.HasPrefix(n, rooted(name)+"/") {
			delete(d.files, n)
		}
	}
	return nil
}

// content returns a file's bytes, and false where there is none.
func (d *disk) content(name string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[rooted(name)]
	if f == nil {
		return "", false
	}
	return string(f.Data), true
}

// changed returns when a file was last changed.
func (d *disk) changed(name string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[rooted(name)]; f != nil {
		return f.ModTime
	}
	return time.Time{}
}

// names lists what is in a folder and below.
func (d *disk) names(folder string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for n := range d.files {
		if strings.HasPrefix("/"+n, folder+"/") {
			names = append(names, "/"+n)
		}
	}
	slices.Sort(names)
	return names
}

type diskFile struct {
	d *disk
	f *fstest.MapFile
}

var errNoRoom = errors.New("no space left on device")

func (f *diskFile) Write(p []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.room > 0 && len(f.f.Data)+len(p) > f.d.room {
		return 0, &fs.PathError{Op: "write", Path: "file", Err: errNoRoom}
	}
	f.f.Data = append(f.f.Data, p...)
	return len(p), nil
}

func (f *diskFile) Close() error { return nil }
