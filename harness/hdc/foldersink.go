// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// folderSink takes the files of a folder into one of this machine. It writes
// through an os.Root: no name and no link leads out.
type folderSink struct {
	r    *folderReceive
	root *os.Root
	file *os.File
	// name is the file's, config and perm what was announced of it.
	name   string
	config transferConfig
	perm   fs.FileMode
	files  int
	bytes  int64
}

// newFolderSink makes the folder anew.
func newFolderSink(r *folderReceive) (*folderSink, error) {
	if err := errors.Join(os.RemoveAll(r.part), os.Mkdir(r.part, 0o777)); err != nil {
		return nil, newLocalError(r.part, err)
	}
	root, err := os.OpenRoot(r.part)
	if err != nil {
		return nil, newLocalError(r.part, err)
	}
	r.modes = nil
	return &folderSink{r: r, root: root}, nil
}

// below takes the folder's own name off the front of a path, which has to be
// safe.
func (s *folderSink) below(full string) (string, error) {
	if err := checkName(full, true); err != nil {
		return "", err
	}
	first, name, _ := strings.Cut(full, "/")
	if first != path.Base(s.r.remote) {
		return "", &UnsafePathError{Path: full, Device: true, Why: "it does not start with the name of the folder that was asked for"}
	}
	return name, nil
}

func (s *folderSink) create(config transferConfig, perm fs.FileMode) (io.Writer, error) {
	name, err := s.below(config.name)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, badArgument("remote path", s.r.remote, "it is no folder: fetch it with Receive")
	}
	if err := s.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return nil, newLocalError(name, err)
	}
	// A file that comes twice, or under a name that this machine takes for the
	// same, is not overwritten.
	file, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, &UnsafePathError{Path: name, Device: true, Why: "a file of that name came before; this machine may not tell large letters from small ones"}
	}
	if err != nil {
		return nil, newLocalError(name, err)
	}
	s.file, s.name, s.config, s.perm = file, name, config, perm
	return file, nil
}

func (s *folderSink) folder(full string, perm fs.FileMode) error {
	name, err := s.below(full)
	if err != nil {
		return err
	}
	s.r.modes = append(s.r.modes, branch{name, perm})
	return nil
}

func (s *folderSink) wrote(done int64) { s.tell(done, s.files) }

func (s *folderSink) tell(done int64, files int) {
	p := Progress{File: s.name, Files: files, Bytes: s.bytes + done}
	if s.r.there.known() {
		p.AllFiles = len(s.r.there.files)
	}
	s.r.o.progress(p)
}

// complete ends a file, and gives it what is to be kept.
func (s *folderSink) complete() error {
	err := s.file.Close()
	s.file = nil
	if err == nil && s.r.o.KeepTime && s.config.modified > 0 {
		err = s.root.Chtimes(s.name, time.Time{}, announcedTime(s.config))
	}
	if err == nil && s.r.o.KeepMode && s.perm != 0 {
		// Its owner may read it, or it could not be verified.
		err = s.root.Chmod(s.name, s.perm|0o400)
	}
	if err != nil {
		return fmt.Errorf("end %s: %w", s.name, err)
	}
	s.files++
	s.tell(int64(s.config.size), s.files)
	s.bytes += int64(s.config.size)
	return nil
}

// close lets go of the folder, and of a file that did not arrive.
func (s *folderSink) close() error {
	var err error
	if s.file != nil {
		err = s.file.Close()
	}
	return errors.Join(err, s.root.Close())
}

// settle gives the complete folder its name, or moves what is in it to the one
// that is there.
func (r *folderReceive) settle() error {
	root, err := os.OpenRoot(filepath.Dir(r.local))
	if err != nil {
		return newLocalError(filepath.Dir(r.local), err)
	}
	defer func() { _ = root.Close() }()
	part, name := filepath.Base(r.part), filepath.Base(r.local)
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = root.Rename(part, name)
	case err == nil && !info.IsDir():
		return badArgument("local path", r.local, "a file or a link is there: remove it, or choose another name")
	case err == nil:
		err = merge(root, part, name)
	}
	if err != nil {
		return fmt.Errorf("put %s in its place: %w", r.local, err)
	}
	if !r.o.KeepMode {
		return nil
	}
	// The deepest first: one that may not be entered shuts off those below.
	slices.SortFunc(r.modes, func(a, b branch) int { return strings.Count(b.name, "/") - strings.Count(a.name, "/") })
	for _, m := range r.modes {
		if err := root.Chmod(path.Join(name, m.name), m.mode|0o700); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set the mode of %s: %w", m.name, err)
		}
	}
	return nil
}

// merge moves files to a folder that is there, and makes those that are not.
func merge(root *os.Root, part, name string) error {
	return fs.WalkDir(root.FS(), part, func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := path.Join(name, strings.TrimPrefix(from, part))
		if d.IsDir() {
			return root.MkdirAll(to, 0o777)
		}
		return root.Rename(from, to)
	})
}
