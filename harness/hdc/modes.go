// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"fmt"
	"io/fs"
)

// fileMode says who may do what with a file or folder. It stands in frames of
// its own before a file's announcement, written like a protobuf message. (Claim
// hdc.file-modes.)
type fileMode struct {
	// perm is st_mode of POSIX, with the file's kind.
	perm         uint64
	user, group  uint64
	context, dir string
}

func (m *fileMode) fields() []any { return []any{&m.perm, &m.user, &m.group, &m.context, &m.dir} }

// The kinds of files in st_mode.
const (
	modeRegular = 0o100000
	modeFolder  = 0o040000
)

// sameOwner is the user and group that chown leaves alone: this machine's users
// mean nothing on a device. (Claim hdc.mode-owner.)
const sameOwner = 1<<32 - 1

// modeOf announces the mode of a file, or of a folder that dir names.
func modeOf(mode fs.FileMode, dir string) fileMode {
	kind := uint64(modeRegular)
	if dir != "" {
		kind = modeFolder
	}
	return fileMode{perm: kind | uint64(mode.Perm()), user: sameOwner, group: sameOwner, dir: dir}
}

// announceModes sends the modes, each of which the other side confirms. The
// first is the file's own.
func (ex *exchange) announceModes(modes []fileMode) error {
	for i, m := range modes {
		command := uint16(dirMode)
		if i == 0 {
			command = ownMode
		}
		if err := ex.put(ex.base+command, appendFields(nil, m.fields())); err != nil {
			return err
		}
		if _, err := ex.want(ownMode); err != nil {
			return err
		}
	}
	return nil
}

// readMode takes a mode's frame apart. Bits beyond the nine of permission are
// left out: nothing that comes from a device becomes setuid here.
func readMode(body []byte) (dir string, perm fs.FileMode, err error) {
	var m fileMode
	if err := readFields(body, m.fields()); err != nil {
		return "", 0, fmt.Errorf("a file's mode: %w", err)
	}
	return m.dir, fs.FileMode(m.perm) & fs.ModePerm, nil
}
