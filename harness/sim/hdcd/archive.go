// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Offsets and kinds of a file's header in an archive of packages.
const (
	tarBlock  = 512
	tarSize   = 124
	tarKind   = 156
	tarPrefix = 345
	tarFile   = '0'
	tarFolder = '5'
)

var (
	errArchive = errors.New("not an archive of packages")
	// errFatal is what the real daemon does not survive.
	errFatal = errors.New("an archive that ends hdcd")
)

// unpack spreads an archive into a folder, as hdcd does by a reader of its own:
// it knows neither extensions nor the zeros at an archive's end, which it takes
// for a header without a size, and ends by that. (Claim hdc.install-folder.)
// Names that leave the folder, which the real one follows, are refused.
func unpack(storage Storage, name, folder string) error {
	info, err := storage.StatFile(name)
	if err != nil {
		return err
	}
	if info.Size() == 0 || info.Size()%tarBlock != 0 {
		return errArchive
	}
	file, err := storage.OpenFile(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := storage.MakeDir(folder); err != nil {
		return err
	}
	in := bufio.NewReader(file)
	for range maxFiles {
		var head [tarBlock]byte
		if _, err := io.ReadFull(in, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := unpackOne(storage, in, head[:], folder); err != nil {
			return err
		}
	}
	return errTooMany
}

func unpackOne(storage Storage, in io.Reader, head []byte, folder string) error {
	size, err := strconv.ParseInt(text(head[tarSize:tarSize+11]), 8, 64)
	if err != nil || size < 0 {
		return errFatal
	}
	name := text(head[tarPrefix:tarPrefix+155]) + text(head[:100])
	kind := head[tarKind]
	if kind == tarFolder {
		name = strings.TrimSuffix(name, "/")
	}
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, `\`) {
		return fmt.Errorf("%w: the name %.100q", errArchive, name)
	}
	switch kind {
	case tarFolder:
		return storage.MakeDir(folder + "/" + name)
	case tarFile:
	default:
		return errArchive
	}
	out, err := storage.CreateFile(folder + "/" + name)
	if err != nil {
		return err
	}
	n, err := io.CopyN(out, in, size)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("unpack %d of %d bytes of %s: %w", n, size, name, err)
	}
	_, err = io.CopyN(io.Discard, in, (tarBlock-size%tarBlock)%tarBlock)
	return err
}

// text is what stands before the first NUL of a field.
func text(field []byte) string {
	s, _, _ := strings.Cut(string(field), "\x00")
	return strings.TrimLeft(s, " ")
}
