// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/pierrec/lz4/v4"
)

// landing is the side of a transfer that files arrive on.
type landing struct {
	to Storage
	// fresh says, from the first file on, that the named folder was not there:
	// it then takes the sent folder's place instead of holding it.
	fresh, decided bool
	// mode is that of the next file, 0 where none is kept; folderModes are those
	// of folders by their paths.
	mode        uint64
	folderModes map[string]uint64
	// dialect chooses the texts.
	dialect dialect
}

// incoming is a file that arrives.
type incoming struct {
	to     Storage
	name   string
	config transferConfig
	file   io.WriteCloser
	got    uint64
	// mode is what it gets at the end, 0 where none is kept.
	mode uint64
}

// create opens the file that a config announces, or returns the refusal. goOn
// says that the others of the folder come all the same.
func (l *landing) create(config transferConfig) (in *incoming, refusal string, goOn bool) {
	name := config.path
	info, err := l.to.StatFile(name)
	if !l.decided {
		l.decided, l.fresh = true, errors.Is(err, fs.ErrNotExist)
	}
	there := err == nil && !info.IsDir()
	shown := strings.ReplaceAll(config.name, `\`, "/")
	_, below, folder := strings.Cut(shown, "/")
	switch {
	case folder && there:
		return nil, fmt.Sprintf(textNoFolder, name), false
	case folder && !fs.ValidPath(shown):
		// The real daemon follows such a path.
		return nil, fmt.Sprintf(textOpenFailed, "operation not permitted", name), false
	case folder && l.fresh:
		name = join(name, below)
	case folder, err == nil && info.IsDir(), strings.HasSuffix(name, "/"):
		name, there = join(name, shown), false
	}
	if folder {
		if err := l.to.MakeDir(parent(name)); err != nil {
			return nil, fmt.Sprintf(textMakeFolder, l.dialect.noFolderCode(), reason(err), parent(name)), false
		}
		l.setFolderModes(config.path, name)
	}
	if !there {
		info, err = l.to.StatFile(name)
		there = err == nil && !info.IsDir()
	}
	// Seconds against what is 0, or nanoseconds with -a: claim hdc.sync-times.
	if config.updateIfNew && there && uint64(max(0, info.ModTime().Unix())) >= config.mtime {
		return nil, fmt.Sprintf(textNotNewer, name), false
	}
	file, err := l.to.CreateFile(name)
	if err != nil {
		return nil, fmt.Sprintf(textOpenFailed, reason(err), name), folder
	}
	in = &incoming{to: l.to, name: name, config: config, file: file, mode: l.mode}
	l.mode = 0
	return in, "", false
}

func join(folder, name string) string { return strings.TrimSuffix(folder, "/") + "/" + name }

func parent(name string) string { return path.Dir(filepath.ToSlash(name)) }

// maxPiece bounds what one frame may unpack to.
const maxPiece = maxFrame

// add takes the body of a DATA frame.
func (in *incoming) add(body []byte) error {
	p, content, err := decodePiece(body)
	if err != nil {
		return err
	}
	switch p.compress {
	case compressNone:
	case compressLZ4:
		if p.size > maxPiece {
			return errBadMessage
		}
		plain := make([]byte, p.size)
		n, err := lz4.UncompressBlock(content, plain)
		if err != nil {
			return fmt.Errorf("unpack a piece of %s: %w", in.name, err)
		}
		content = plain[:n]
	default:
		return errBadMessage
	}
	if p.index != in.got || p.size != uint64(len(content)) || in.got+p.size > in.config.size {
		return errBadMessage
	}
	return in.write(content)
}

func (in *incoming) write(content []byte) error {
	n, err := in.file.Write(content)
	in.got += uint64(n)
	return err
}

// complete reports whether the announced size is there.
func (in *incoming) complete() bool { return in.got == in.config.size }

// close ends the file, and sets its mode and time where that was asked for.
func (in *incoming) close() error {
	err := in.file.Close()
	if err == nil && in.mode != 0 {
		chmod(in.to, in.name, in.mode)
	}
	if err == nil && in.config.hold && in.config.mtime > 0 {
		err = in.to.TouchFile(in.name, time.Unix(0, int64(in.config.mtime)))
	}
	return err
}

// stopped is the text for a file that could not be written to its end.
func (in *incoming) stopped(err error) string {
	return fmt.Sprintf(textStopped, in.got, in.config.size, reason(err))
}

// source is a file that leaves.
type source struct {
	from Storage
	// full is its path, name its own name, or its path from the folder on.
	full, name string
	info       fs.FileInfo
	// folders are those that it is the first file of a transfer with, with -m.
	folders []fileMode
}

// inFolder reports whether it is one of a folder's files.
func (s source) inFolder() bool { return strings.Contains(s.name, "/") }

// collect lists the file, or the files in the folder, of that name: each
// folder's last name first, as hdc does, which takes them off the end of its
// list (recording file-send-dir.cli).
func collect(from Storage, name string) (files []source, refusal string) {
	info, err := from.StatFile(name)
	if err != nil {
		return nil, fmt.Sprintf(textOpenFailed, reason(err), name)
	}
	base := path.Base(filepath.ToSlash(name))
	if !info.IsDir() {
		return []source{{from: from, full: name, name: base, info: info}}, ""
	}
	modes := []fileMode{modeOf(info, base)}
	if err := walk(from, strings.TrimSuffix(name, "/"), base, &files, &modes); err != nil {
		return nil, fmt.Sprintf(textOpenFailed, reason(err), name)
	}
	if len(files) == 0 {
		return nil, textEmptyFolder
	}
	files[0].folders = modes
	return files, ""
}

// maxFiles bounds the files of one transfer.
const maxFiles = 100_000

var errTooMany = errors.New("too many files")

// walk lists what is below a folder. Links are left out; hdc does so with those
// to files, and follows those to folders.
func walk(from Storage, folder, name string, files *[]source, modes *[]fileMode) error {
	entries, err := from.ListFiles(folder)
	if err != nil {
		return err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		full, below := folder+"/"+e.Name(), name+"/"+e.Name()
		info, err := e.Info()
		switch {
		case err != nil:
			continue
		case e.IsDir():
			if len(*modes) == maxFiles {
				return errTooMany
			}
			*modes = append(*modes, modeOf(info, below))
			if err := walk(from, full, below, files, modes); err != nil {
				return err
			}
			continue
		case !info.Mode().IsRegular():
			continue
		}
		if len(*files) == maxFiles {
			return errTooMany
		}
		*files = append(*files, source{from: from, full: full, name: below, info: info})
	}
	return nil
}

// config announces the file to the other side.
func (s source) config(r request, path string) transferConfig {
	c := transferConfig{size: uint64(s.info.Size()), path: path, name: s.name, cwd: r.cwd, bundle: r.value("-b"),
		updateIfNew: r.has("-sync"), hold: r.has("-a")}
	if c.hold {
		c.mtime = uint64(max(0, s.info.ModTime().UnixNano()))
		c.atime = c.mtime
	}
	return c
}
