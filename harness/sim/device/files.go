// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// tmp is the one folder that the shell may write to, apart from sandboxes.
const tmp = "/data/local/tmp"

// files is the file system that the shell sees: in memory, without a way to
// the host's.
type files struct {
	mu    sync.Mutex
	nodes map[string]*fileNode
	size  int
}

type fileNode struct {
	dir     bool
	content []byte
	changed time.Time
	// mode is what chmod has set, 0 before.
	mode fs.FileMode
}

func newFiles() *files {
	f := &files{nodes: map[string]*fileNode{}}
	for _, dir := range []string{"/", "/bin", "/data", "/data/local", tmp, "/data/log", "/data/log/faultlog", faultDir, "/dev", "/proc", "/system", "/system/bin"} {
		f.nodes[dir] = &fileNode{dir: true, changed: time.Now()}
	}
	return f
}

// absolute makes a path of the device from one that the interpreter formed
// with the host's separators.
func absolute(dir, name string) string {
	name = filepath.ToSlash(strings.TrimPrefix(name, filepath.VolumeName(name)))
	if !strings.HasPrefix(name, "/") {
		name = filepath.ToSlash(strings.TrimPrefix(dir, filepath.VolumeName(dir))) + "/" + name
	}
	return path.Clean("/" + name)
}

func writable(name string) bool {
	return strings.HasPrefix(name, tmp+"/") || sandbox(name) != "" && sandbox(name) != name
}

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// open opens a file. The null device is the host's: it holds nothing, and the
// interpreter needs no copying for it.
func (f *files) open(name string, flag int) (io.ReadWriteCloser, error) {
	if name == "/dev/null" {
		return os.OpenFile(os.DevNull, os.O_RDWR, 0)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[name]
	write := flag&(os.O_WRONLY|os.O_RDWR) != 0
	switch {
	case n != nil && n.dir:
		return nil, pathError("open", name, errIsDir)
	case write && !writable(name):
		return nil, pathError("open", name, fs.ErrPermission)
	case n == nil && (!write || flag&os.O_CREATE == 0 || f.nodes[path.Dir(name)] == nil):
		return nil, pathError("open", name, fs.ErrNotExist)
	case n == nil:
		n = &fileNode{changed: time.Now()}
		f.nodes[name] = n
	case write && flag&os.O_TRUNC != 0:
		f.size -= len(n.content)
		n.content, n.changed = nil, time.Now()
	}
	return &openFile{files: f, node: n, name: name}, nil
}

// put writes a whole file.
func (f *files) put(name string, content []byte) error {
	file, err := f.open(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return err
}

func (f *files) mkdir(name string, parents bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.makeDir(name, parents)
}

func (f *files) makeDir(name string, parents bool) error {
	switch n := f.nodes[name]; {
	case n != nil && n.dir && parents:
		return nil
	case n != nil:
		return pathError("mkdir", name, fs.ErrExist)
	case !writable(name):
		return pathError("mkdir", name, fs.ErrPermission)
	}
	if f.nodes[path.Dir(name)] == nil {
		if !parents {
			return pathError("mkdir", name, fs.ErrNotExist)
		}
		if err := f.makeDir(path.Dir(name), true); err != nil {
			return err
		}
	}
	f.nodes[name] = &fileNode{dir: true, changed: time.Now()}
	return nil
}

func (f *files) remove(name string, recursive bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[name]
	switch {
	case n == nil:
		return pathError("rm", name, fs.ErrNotExist)
	case !writable(name):
		return pathError("rm", name, fs.ErrPermission)
	case n.dir && !recursive:
		return pathError("rm", name, errIsDir)
	}
	for other, node := range f.nodes {
		if other == name || strings.HasPrefix(other, name+"/") {
			f.size -= len(node.content)
			delete(f.nodes, other)
		}
	}
	return nil
}

func (f *files) stat(name string) (fs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "/dev/null" {
		return fileInfo{name: "null", mode: fs.ModeDevice | fs.ModeCharDevice | 0o666}, nil
	}
	n := f.nodes[name]
	if n == nil {
		return nil, pathError("stat", name, fs.ErrNotExist)
	}
	return n.info(name), nil
}

func (f *files) list(name string) ([]fs.DirEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.nodes[name]; n == nil || !n.dir {
		return nil, pathError("open", name, fs.ErrNotExist)
	}
	var entries []fs.DirEntry
	for other, n := range f.nodes {
		if other != name && path.Dir(other) == name {
			entries = append(entries, fs.FileInfoToDirEntry(n.info(other)))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}
