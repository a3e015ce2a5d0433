// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"time"
)

var (
	errIsDir = errors.New("is a directory")
	errFull  = errors.New("no space left on device")
)

// openFile is an open file of the device.
type openFile struct {
	files  *files
	node   *fileNode
	name   string
	offset int
}

func (o *openFile) Read(p []byte) (int, error) {
	o.files.mu.Lock()
	defer o.files.mu.Unlock()
	if o.offset >= len(o.node.content) {
		return 0, io.EOF
	}
	n := copy(p, o.node.content[o.offset:])
	o.offset += n
	return n, nil
}

// Write appends: the shell writes files from start to end.
func (o *openFile) Write(p []byte) (int, error) {
	o.files.mu.Lock()
	defer o.files.mu.Unlock()
	if o.files.size+len(p) > maxFiles {
		return 0, pathError("write", o.name, errFull)
	}
	o.files.size += len(p)
	o.node.content = append(o.node.content, p...)
	o.node.changed = time.Now()
	return len(p), nil
}

func (o *openFile) Close() error { return nil }

// fileInfo describes a file of the device.
type fileInfo struct {
	name    string
	size    int64
	mode    fs.FileMode
	changed time.Time
}

func (n *fileNode) info(name string) fileInfo {
	mode := fs.FileMode(0o644)
	if n.dir {
		mode = 0o755
	}
	if n.mode != 0 {
		mode = n.mode
	}
	if n.dir {
		mode |= fs.ModeDir
	}
	return fileInfo{path.Base(name), int64(len(n.content)), mode, n.changed}
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return i.changed }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }
