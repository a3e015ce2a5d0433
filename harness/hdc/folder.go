// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// FolderTransfer is a folder that arrived.
type FolderTransfer struct {
	// Path is where it is now.
	Path string
	// Files and Bytes are those that were transferred; Skipped counts the files
	// that OnlyNewer left alone.
	Files, Skipped int
	Bytes          int64
	// Folders counts those below Path that hold no file. hdc leaves them out;
	// they were made here, or by the device's mkdir.
	Folders int
	// Unmade are such folders of a Bundle: no command makes them there.
	Unmade []string
	// Took includes verification.
	Took time.Duration
	// ByClient is set where this process did the reading or writing.
	ByClient bool
	// Checked says how far each file was compared, Why why not further.
	Checked Check
	Why     string
}

// UnsafePathError says that a path leaves the folder that is transferred, or
// that one of the two sides would take it for another. Nothing was written
// through it.
type UnsafePathError struct {
	// Path is the path from the folder on.
	Path string
	// Device is set where the device named it.
	Device bool
	Why    string
}

// Error implements error.
func (e *UnsafePathError) Error() string {
	side := "of this machine"
	if e.Device {
		side = "that the device names"
	}
	return fmt.Sprintf("the path %.200q %s is refused: %s", e.Path, side, e.Why)
}

// maxPath bounds a path, in bytes. Source: PATH_MAX of Linux.
const maxPath = 4096

// checkName wants a path below a folder that means the same on both sides.
func checkName(name string, device bool) error {
	unsafe := func(why string) error { return &UnsafePathError{Path: name, Device: device, Why: why} }
	switch {
	case len(name) > maxPath:
		return unsafe(fmt.Sprintf("it is longer than %d bytes", maxPath))
	case strings.ContainsAny(name, "\x00\r\n\\"):
		return unsafe(`NUL, line breaks and \ cannot be sent: rename it`)
	case path.Clean(name) != name || strings.HasPrefix(name, "/") || name == ".." || strings.HasPrefix(name, "../"):
		return unsafe("it leaves the folder, or is not written in the shortest way")
	case !filepath.IsLocal(filepath.FromSlash(name)):
		return unsafe("this machine cannot have a file of that name")
	}
	return nil
}

// checkFolder refuses what the options and a folder's path cannot mean
// together. It returns the folder's path.
func (o FileOptions) checkFolder(remote, name string) (string, error) {
	into := strings.HasSuffix(remote, "/")
	full := remote
	if into {
		full += name
	}
	if err := o.check(full); err != nil {
		return "", err
	}
	if o.Bundle == "" && path.Clean(full) != full {
		return "", badArgument("remote path", full, "it is not written in the shortest way, as in /data/local/tmp/x")
	}
	if o.Bundle != "" && o.OnlyNewer {
		return "", badArgument("OnlyNewer", "", "the times of files in an app's sandbox are not known before they are fetched")
	}
	return full, nil
}

// folderByServer reports whether the server is asked to do the host's part of a
// folder first. It keeps no mode of a folder that is new (claim
// hdc.file-modes), so it is asked only where it has to be.
func (c *Client) folderByServer(o FileOptions) bool {
	return c.byServer(o) && (!o.KeepMode || c.o.Files == FilesByServer)
}

// kind is what a path of the device is.
type kind int

const (
	nothing kind = iota
	aFile
	aFolder
)

// kindOf asks what a path is.
func (c *Client) kindOf(ctx context.Context, key, remote string) (kind, error) {
	for _, ask := range []struct {
		flag string
		kind kind
	}{{"-d", aFolder}, {"-e", aFile}} {
		got, err := c.Shell(ctx, key, Cmd("test", ask.flag, remote))
		if err != nil {
			return nothing, fmt.Errorf("ask what %s is: %w", remote, err)
		}
		if got.Exit == 0 {
			return ask.kind, nil
		}
	}
	return nothing, nil
}

// IsFolder asks the device whether a path is a folder; where nothing is, it is
// none. Errors are those of Shell.
func (c *Client) IsFolder(ctx context.Context, key, remote string) (bool, error) {
	if err := errors.Join(CheckKey(key), checkPath("remote path", remote)); err != nil {
		return false, err
	}
	got, err := c.Shell(ctx, key, Cmd("test", "-d", remote))
	return err == nil && got.Exit == 0, err
}

// makeFolders makes folders on the device, and those above them. (Claim
// hdc.find.)
func (c *Client) makeFolders(ctx context.Context, key string, folders []string) error {
	for batch := range batches(folders) {
		got, err := c.Shell(ctx, key, Cmd(append([]any{"mkdir", "-p"}, batch...)...))
		if err != nil {
			return fmt.Errorf("make %d folders: %w", len(batch), err)
		}
		if got.Exit != 0 {
			return &FileError{Command: "mkdir -p", Problem: FileDenied, Path: fmt.Sprint(batch[0]), Text: said(got)}
		}
	}
	return nil
}

// fileCount is the number of files in hdc's summary (recording file-send-dir).
var fileCount = regexp.MustCompile(`File count = (\d+)`)

// counted wants the number of files in hdc's summary to be ours: it goes on
// behind a file that it cannot open.
func counted(remote, summary string, files int) error {
	m := fileCount.FindStringSubmatch(summary)
	if m != nil && m[1] != strconv.Itoa(files) {
		return &VerifyError{Remote: remote, What: "number of files", Local: strconv.Itoa(files), Device: m[1]}
	}
	return nil
}

// folderBound is how much more time a file of a folder gets, as bytes: each has
// its own turn on the line.
const folderBound = 64 << 10
