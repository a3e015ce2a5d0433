// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// SendFolder copies a folder of this machine, with all below it, to the device.
// The remote path is the folder's own, which is made, or filled where it is
// there: files of the same name are overwritten, others stay. A path that ends
// in a slash is the folder above; of a Bundle it has to be one that is there.
//
// A link to a file of the folder is sent as that file. Another link, and what
// is neither file nor folder, is an *UnsafePathError; nothing is sent then.
// Folders without files are made as well. Other errors and bounds are those of
// Send, with some more time for each file.
func (c *Client) SendFolder(ctx context.Context, key, local, remote string, o FileOptions) (FolderTransfer, error) {
	local, err := c.localFolder(key, local)
	if err != nil {
		return FolderTransfer{}, err
	}
	if o.Bundle != "" && !strings.HasSuffix(remote, "/") {
		return FolderTransfer{}, badArgument("remote path", remote, "of an app's sandbox, name the folder above, with a slash at the end")
	}
	if remote, err = o.checkFolder(remote, filepath.Base(local)); err != nil {
		return FolderTransfer{}, err
	}
	t, err := readTree(local)
	if err != nil {
		return FolderTransfer{}, err
	}
	defer t.close()
	ctx, cancel := c.boundFor(ctx, t.bytes+int64(len(t.files))*folderBound)
	defer cancel()
	if err := c.able(ctx, o); err != nil {
		return FolderTransfer{}, err
	}
	s := &folderSend{c: c, key: key, local: local, remote: remote, o: o, t: t, files: t.files, began: time.Now()}
	s.done.Path = remote
	err = s.run(ctx)
	s.done.Took = time.Since(s.began)
	c.o.Logger.DebugContext(ctx, "hdc file send", "key", key, "files", s.done.Files, "bytes", s.done.Bytes,
		"client", s.done.ByClient, "took", s.done.Took, "error", err)
	return s.done, err
}

// localFolder returns the absolute path of a folder to send.
func (c *Client) localFolder(key, local string) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	local, err := filepath.Abs(local)
	if err != nil {
		return "", err
	}
	if err := checkPath("local path", local); err != nil {
		return "", err
	}
	info, err := os.Stat(local)
	if err != nil {
		return "", newLocalError(local, err)
	}
	if !info.IsDir() {
		return "", badArgument("local path", local, "it is no folder: send it with Send")
	}
	return local, nil
}

// folderSend is a folder on its way to the device.
type folderSend struct {
	c             *Client
	key           string
	local, remote string
	o             FileOptions
	t             *tree
	// files are those to send, of so many bytes.
	files []leaf
	bytes int64
	// there is set where the device has the folder already.
	there bool
	began time.Time
	done  FolderTransfer
}

func (s *folderSend) run(ctx context.Context) error {
	if s.o.Bundle == "" {
		what, err := s.c.kindOf(ctx, s.key, s.remote)
		if err != nil {
			return err
		}
		if what == aFile {
			return badArgument("remote path", s.remote, "a file of that name is on the device: remove it, or choose another name")
		}
		s.there = what == aFolder
	} else {
		s.there = true
	}
	if err := s.leaveOut(ctx); err != nil {
		return err
	}
	for _, f := range s.files {
		s.bytes += f.info.Size()
	}
	if len(s.files) > 0 {
		if err := s.send(ctx); err != nil {
			return err
		}
	}
	s.done.Files, s.done.Bytes = len(s.files), s.bytes
	if err := s.makeEmpty(ctx); err != nil || s.o.NoVerify || len(s.files) == 0 {
		return err
	}
	return s.verify(ctx)
}

// leaveOut drops the files that are as new on the device.
func (s *folderSend) leaveOut(ctx context.Context) error {
	if !s.o.OnlyNewer || !s.there {
		return nil
	}
	times, err := s.c.times(ctx, s.key, s.paths())
	if err != nil {
		return err
	}
	s.files = slices.DeleteFunc(slices.Clone(s.files), func(f leaf) bool {
		there, ok := times[path.Join(s.remote, f.name)]
		return ok && !after(f.info.ModTime(), there)
	})
	s.done.Skipped = len(s.t.files) - len(s.files)
	return nil
}

// paths are the files' paths on the device.
func (s *folderSend) paths() []string {
	var paths []string
	for _, f := range s.files {
		paths = append(paths, path.Join(s.remote, f.name))
	}
	return paths
}

// send moves the files. Where the folder is there already, hdc puts what it
// sends into a folder of the sent one's name below the path that it is given
// (recordings file-send-dir, file-send-into-dir); where not, the path takes the
// folder's place.
func (s *folderSend) send(ctx context.Context) error {
	target, name := s.remote, filepath.Base(s.local)
	if s.there {
		target, name = path.Dir(s.remote), path.Base(s.remote)
	}
	if s.c.folderByServer(s.o) && !s.t.linked && s.done.Skipped == 0 && name == filepath.Base(s.local) {
		summary, err := s.c.askFiles(ctx, s.key, "send", s.o.words(false), s.local, target)
		if err == nil {
			s.o.progress(Progress{Files: len(s.files), AllFiles: len(s.files), Bytes: s.bytes, AllBytes: s.bytes})
			return counted(s.remote, summary, len(s.files))
		}
		// The folder is here, so a server that misses it has another disk.
		if s.c.o.Files != FilesAuto || !missesLocal(err) {
			return err
		}
	} else if s.c.o.Files == FilesByServer {
		return badArgument("local path", s.local, "the hdc server cannot send it so, since a link is in it, some files are not newer, "+
			"or the device has a folder of another name there: let the client send it")
	}
	s.done.ByClient = true
	folder, base := remoteArgs(s.local)
	command := "file send " + folder + " " + s.o.words(false) + word(base) + " " + word(target)
	summary, err := retry(ctx, s.c.o.HandshakeWait, func() (string, error) {
		return s.c.upload(ctx, s.key, command, s.outgoing(target, name))
	})
	if err != nil {
		return fileFailure(err, command, s.local)
	}
	return counted(s.remote, summary, len(s.files))
}

// outgoing lists the files in the order of the real client, which takes them
// off the end of its list.
func (s *folderSend) outgoing(target, name string) []outgoing {
	var out []outgoing
	var before int64
	for i, f := range slices.Backward(s.files) {
		o := outgoing{config: s.o.config(f.info, target, name+"/"+f.name, filepath.Dir(s.local)), open: s.t.open(f.name)}
		if s.o.KeepMode {
			o.modes = []fileMode{modeOf(f.info.Mode(), "")}
			if len(out) == 0 {
				o.modes = append(o.modes, s.folderModes(name)...)
			}
		}
		start, size, complete := before, f.info.Size(), len(s.files)-1-i
		o.progress = func(done int64) {
			p := Progress{File: f.name, Files: complete, AllFiles: len(s.files), Bytes: start + done, AllBytes: s.bytes}
			if done == size {
				p.Files++
			}
			s.o.progress(p)
		}
		before += size
		out = append(out, o)
	}
	return out
}

// folderModes announces the modes of folders. The device looks for them by the
// path below the one that it was given.
func (s *folderSend) folderModes(name string) (modes []fileMode) {
	if !s.there {
		name = ""
	}
	for _, b := range s.t.folders {
		if at := path.Join(name, b.name); at != "." {
			modes = append(modes, modeOf(b.mode, at))
		}
	}
	return modes
}

// makeEmpty makes the folders that hold no file.
func (s *folderSend) makeEmpty(ctx context.Context) error {
	if s.o.Bundle != "" {
		s.done.Unmade = s.t.empty
		return nil
	}
	folders := make([]string, 0, len(s.t.empty)+1)
	for _, name := range s.t.empty {
		folders = append(folders, path.Join(s.remote, name))
	}
	s.done.Folders = len(folders)
	if len(s.t.files) == 0 {
		folders = append(folders, s.remote)
	}
	return s.c.makeFolders(ctx, s.key, folders)
}

func (s *folderSend) verify(ctx context.Context) (err error) {
	here, err := s.t.sums(s.remote)
	if err != nil {
		return err
	}
	if s.o.Bundle == "" {
		s.done.Checked, s.done.Why, err = s.c.compare(ctx, s.key, s.paths(), here)
		return err
	}
	back, err := s.c.fetchSums(ctx, s.key, s.remote, s.o.Bundle)
	if err != nil {
		return err
	}
	for _, f := range s.files {
		full := path.Join(s.remote, f.name)
		if s.done.Checked, s.done.Why, err = sameAs(full, here[full], back[path.Join(path.Base(s.remote), f.name)]); err != nil {
			return err
		}
	}
	return nil
}
