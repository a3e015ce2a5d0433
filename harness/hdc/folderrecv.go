// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// ReceiveFolder copies a folder of the device, with all below it, to this
// machine. The local path is the folder's own, which is made, or filled where it
// is there: files of the same name are replaced, others stay. Nothing is at the
// path before all has arrived and is verified; what hdc leaves out, folders
// without files, is made.
//
// A file that comes under a path that leaves the folder, or through a link, is
// an *UnsafePathError. Other errors and bounds are those of Receive; the size is
// not known before, so give ctx a deadline for a large folder.
func (c *Client) ReceiveFolder(ctx context.Context, key, remote, local string, o FileOptions) (FolderTransfer, error) {
	remote, err := o.checkFolder(strings.TrimSuffix(remote, "/"), "")
	if err := errors.Join(CheckKey(key), err); err != nil {
		return FolderTransfer{}, err
	}
	if local, err = filepath.Abs(local); err != nil {
		return FolderTransfer{}, err
	}
	if err := checkPath("local path", local); err != nil {
		return FolderTransfer{}, err
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := c.able(ctx, o); err != nil {
		return FolderTransfer{}, err
	}
	part, err := partName(local)
	if err != nil {
		return FolderTransfer{}, fmt.Errorf("receive %s: %w", remote, err)
	}
	r := &folderReceive{c: c, key: key, remote: remote, local: local, part: part, o: o, began: time.Now()}
	defer func() { _ = os.RemoveAll(part) }()
	r.done.Path = local
	err = r.run(ctx)
	r.done.Took = time.Since(r.began)
	c.o.Logger.DebugContext(ctx, "hdc file recv", "key", key, "files", r.done.Files, "bytes", r.done.Bytes,
		"client", r.done.ByClient, "took", r.done.Took, "error", err)
	return r.done, err
}

// folderReceive is a folder on its way from the device.
type folderReceive struct {
	c             *Client
	key           string
	remote, local string
	// part is where it is until it is complete, beside local.
	part  string
	o     FileOptions
	there *listing
	// modes are those of folders, which are set at the end.
	modes []branch
	began time.Time
	done  FolderTransfer
}

func (r *folderReceive) run(ctx context.Context) error {
	if err := r.look(ctx); err != nil {
		return err
	}
	switch {
	case r.there.known() && len(r.there.files) == 0:
		if err := os.Mkdir(r.part, 0o777); err != nil {
			return newLocalError(r.part, err)
		}
	case r.o.OnlyNewer:
		if err := r.fetchNewer(ctx); err != nil {
			return err
		}
	default:
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	t, err := readTree(r.part)
	if err != nil {
		return err
	}
	defer t.close()
	r.done.Files, r.done.Bytes = len(t.files), t.bytes
	if err := r.check(ctx, t); err != nil {
		return err
	}
	if r.there.known() {
		held := map[string]bool{}
		for _, f := range t.folders {
			held[f.name] = true
		}
		for _, name := range r.there.folders {
			if !held[name] {
				r.done.Folders++
			}
			if err := t.root.MkdirAll(filepath.FromSlash(name), 0o777); err != nil {
				return newLocalError(name, err)
			}
		}
	}
	return r.settle()
}

// look asks what the device has.
func (r *folderReceive) look(ctx context.Context) error {
	if r.o.Bundle != "" {
		return nil
	}
	what, err := r.c.kindOf(ctx, r.key, r.remote)
	switch {
	case err != nil:
		return err
	case what == aFile:
		return badArgument("remote path", r.remote, "it is no folder: fetch it with Receive")
	case what == nothing:
		return &FileError{Command: receiving, Problem: FileMissing, Path: r.remote, Text: "no such file or directory"}
	}
	r.there, err = r.c.list(ctx, r.key, r.remote)
	return err
}

// fetch has the server or this process write the whole folder.
func (r *folderReceive) fetch(ctx context.Context) error {
	if r.c.folderByServer(r.o) {
		elsewhere, err := r.byServer(ctx)
		if !elsewhere {
			return err
		}
	}
	r.done.ByClient = true
	folder, name := remoteArgs(r.part)
	command := "file recv " + folder + " " + r.o.words(false) + word(r.remote) + " " + word(name)
	_, err := retry(ctx, r.c.o.HandshakeWait, func() (struct{}, error) {
		to, err := newFolderSink(r)
		if err != nil {
			return struct{}{}, err
		}
		err = r.c.download(ctx, r.key, command, to)
		return struct{}{}, errors.Join(err, to.close())
	})
	return fileFailure(err, command, r.part)
}

// byServer has the server write the folder. elsewhere reports that it has, or
// would have, written to another disk than this one's.
func (r *folderReceive) byServer(ctx context.Context) (elsewhere bool, err error) {
	auto := r.c.o.Files == FilesAuto
	summary, err := r.c.askFiles(ctx, r.key, "recv", r.o.words(false), r.remote, r.part)
	if err != nil {
		// Its folder is here.
		return auto && strings.Contains(err.Error(), r.part), err
	}
	if _, err := os.Stat(r.part); err != nil {
		return auto, newLocalError(r.part, err)
	}
	t, err := readTree(r.part)
	if err != nil {
		return false, err
	}
	defer t.close()
	r.o.progress(Progress{Files: len(t.files), AllFiles: len(t.files), Bytes: t.bytes, AllBytes: t.bytes})
	return false, counted(r.remote, summary, len(t.files))
}

// fetchNewer fetches the files, one by one, that are newer than those here.
func (r *folderReceive) fetchNewer(ctx context.Context) error {
	if !r.there.known() {
		return &NeedsError{What: "fetching only what is newer", Needs: "find on the device", Has: "a device without it (" + r.there.why + ")",
			Advice: "leave OnlyNewer out"}
	}
	var paths []string
	for _, name := range r.there.files {
		paths = append(paths, path.Join(r.remote, name))
	}
	times, err := r.c.times(ctx, r.key, paths)
	if err != nil {
		return err
	}
	if err := os.Mkdir(r.part, 0o777); err != nil {
		return newLocalError(r.part, err)
	}
	r.done.ByClient = true
	var wanted []string
	for i, name := range r.there.files {
		info, err := os.Stat(filepath.Join(r.local, filepath.FromSlash(name)))
		if there, ok := times[paths[i]]; err == nil && ok && !after(there, info.ModTime()) {
			r.done.Skipped++
			continue
		}
		wanted = append(wanted, name)
	}
	for i, name := range wanted {
		part := filepath.Join(r.part, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(part), 0o777); err != nil {
			return newLocalError(part, err)
		}
		o := r.o
		o.Progress, o.Steps = nil, nil
		if err := r.c.receiveByClient(ctx, r.key, path.Join(r.remote, name), part, o); err != nil {
			return err
		}
		r.o.progress(Progress{File: name, Files: i + 1, AllFiles: len(wanted)})
	}
	return nil
}

// check compares what arrived with what the device has.
func (r *folderReceive) check(ctx context.Context, t *tree) (err error) {
	if r.there.known() && !r.o.OnlyNewer {
		if err := r.there.missing(r.remote, t.files); err != nil {
			return err
		}
	}
	if r.o.NoVerify || len(t.files) == 0 {
		return nil
	}
	if r.o.Bundle != "" {
		r.done.Why = notSeen
		return nil
	}
	here, err := t.sums(r.remote)
	if err != nil {
		return err
	}
	paths := make([]string, 0, len(t.files))
	for _, f := range t.files {
		paths = append(paths, path.Join(r.remote, f.name))
	}
	r.done.Checked, r.done.Why, err = r.c.compare(ctx, r.key, paths, here)
	if err == nil && !r.there.known() {
		r.done.Why = strings.TrimPrefix(r.done.Why+"; "+r.there.why, "; ")
	}
	return err
}
