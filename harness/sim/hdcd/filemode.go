// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"io/fs"
	"strings"
)

// Chmodder is a [Storage] that keeps permissions. Without it, -m changes
// nothing there.
type Chmodder interface {
	// ChmodFile sets the nine bits of permission of a file or folder.
	ChmodFile(name string, mode fs.FileMode) error
}

// The kinds of files in a mode, as POSIX numbers them.
const (
	modeRegular = 0o100000
	modeFolder  = 0o040000
)

// fileMode says who may do what with a file, or with the folder that name
// names. Users and contexts are written, and not obeyed.
type fileMode struct {
	perm          uint64
	user, group   uint64
	context, name string
}

func (m fileMode) encode() []byte {
	var b message
	b.number(1, m.perm)
	b.number(2, m.user)
	b.number(3, m.group)
	b.text(4, m.context)
	b.text(5, m.name)
	return b
}

func decodeMode(b []byte) (fileMode, error) {
	var m fileMode
	err := fields(b, func(field, n uint64, text []byte) {
		switch field {
		case 1:
			m.perm = n
		case 2:
			m.user = n
		case 3:
			m.group = n
		case 4:
			m.context = string(text)
		case 5:
			m.name = string(text)
		}
	})
	return m, err
}

// shellUser is the user and group that a device's files have.
const shellUser = 2000

func modeOf(info fs.FileInfo, name string) fileMode {
	kind := uint64(modeRegular)
	if info.IsDir() {
		kind = modeFolder
	}
	return fileMode{perm: kind | uint64(info.Mode().Perm()), user: shellUser, group: shellUser, name: name}
}

// chmod sets a mode where the storage keeps any.
func chmod(to Storage, name string, perm uint64) {
	if c, ok := to.(Chmodder); ok {
		_ = c.ChmodFile(name, fs.FileMode(perm).Perm())
	}
}

// takeMode remembers a mode until its file comes, or its folder is made. A
// name with strokes of Windows means the same.
func (l *landing) takeMode(m fileMode, folder bool) {
	if !folder {
		l.mode = m.perm
		return
	}
	if l.folderModes == nil {
		l.folderModes = map[string]uint64{}
	}
	if len(l.folderModes) < maxFiles {
		l.folderModes[strings.ReplaceAll(m.name, `\`, "/")] = m.perm
	}
}

// setFolderModes gives the folders between base and a file their modes. They
// are looked for by the path below base, as the real daemon does.
func (l *landing) setFolderModes(base, file string) {
	below := strings.TrimPrefix(strings.TrimPrefix(parent(file), strings.TrimSuffix(base, "/")), "/")
	for at := 0; at < len(below); at++ {
		if at+1 < len(below) && below[at+1] != '/' {
			continue
		}
		if perm, ok := l.folderModes[below[:at+1]]; ok {
			chmod(l.to, join(base, below[:at+1]), perm)
		}
	}
}
