// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"path"
	"strings"
)

// FileMode says who reads and writes the host's files.
type FileMode int

// The modes.
const (
	// FilesAuto: the server where it listens on this machine's loopback, unless
	// it turns out to see another disk (a tunnel, a container, WSL) or progress
	// is to be shown; else the client.
	FilesAuto FileMode = iota
	// FilesByServer: the server. It has to see the same disk.
	FilesByServer
	// FilesByClient: this process, through the server ("remote mode"). It works
	// with every server, wherever it runs.
	FilesByClient
)

// FileOptions shape a transfer. The zero value verifies, and shows no progress.
type FileOptions struct {
	// Progress is called with the bytes so far and in all (0 where the device
	// has not said), from the goroutine of the call. With it or with Steps,
	// FilesAuto means FilesByClient: a server tells nothing on its way.
	Progress func(done, total int64)
	// Steps is called like Progress, and tells the files as well.
	Steps func(Progress)
	// NoVerify leaves out the comparison at the end.
	NoVerify bool
	// KeepTime gives a file the time of its last change on the other side: hdc's
	// -a (recording file-send-keep-mtime). Folders get no time.
	KeepTime bool
	// KeepMode gives files, and folders that hold some, the permissions of the
	// other side: hdc's -m. With it FilesAuto means FilesByClient for a folder:
	// of folders that are new a server keeps none. Where this process does the
	// host's part, nothing is kept of the owner, and nothing becomes setuid here.
	// (Claims hdc.file-modes, hdc.mode-owner.)
	KeepMode bool
	// OnlyNewer leaves files alone that are as new on the other side, to the
	// second. The times are compared here, by the device's stat: hdc's own -sync
	// refuses whatever is there, or with -a nothing (claim hdc.sync-times). It
	// goes along where nothing is there, against a file that comes in between,
	// and is all there is for a Bundle.
	OnlyNewer bool
	// Bundle is an app, signed for debugging and running, in whose sandbox the
	// remote path is: hdc's -b, from 3.1.0e on. The path starts at the sandbox's
	// root, such as data/storage/el2/base/files/x. A shell command does not see
	// it: what was sent is fetched again and compared, what was received is not
	// verified. (Claim hdc.file-sandbox.)
	Bundle string
}

// Progress is how far a transfer has come.
type Progress struct {
	// File is the file under way, with its path from the folder on.
	File string
	// Files are complete, of AllFiles. Bytes counts those of all files so far,
	// of AllBytes. 0 in all means that the device has not said.
	Files, AllFiles int
	Bytes, AllBytes int64
}

// progress tells both functions.
func (o FileOptions) progress(p Progress) {
	if o.Progress != nil {
		o.Progress(p.Bytes, p.AllBytes)
	}
	if o.Steps != nil {
		o.Steps(p)
	}
}

// shown reports whether progress is to be shown.
func (o FileOptions) shown() bool { return o.Progress != nil || o.Steps != nil }

// words are hdc's own, with a blank behind each.
func (o FileOptions) words(sync bool) string {
	var words string
	for _, w := range []struct {
		on   bool
		word string
	}{{o.KeepTime, "-a"}, {sync, "-sync"}, {o.KeepMode, "-m"}, {o.Bundle != "", "-b " + o.Bundle}} {
		if w.on {
			words += w.word + " "
		}
	}
	return words
}

// check refuses what the options and the path cannot mean together.
func (o FileOptions) check(remote string) error {
	if o.Bundle == "" {
		return checkRemote(remote)
	}
	if err := CheckBundle(o.Bundle); err != nil {
		return err
	}
	if err := checkPath("remote path", remote); err != nil {
		return err
	}
	if clean := path.Clean("/" + remote); clean == "/" || strings.HasSuffix(remote, "/") || clean != "/"+strings.TrimPrefix(remote, "/") {
		return badArgument("remote path", remote, "it names a file in the app's sandbox, such as data/storage/el2/base/files/x")
	}
	return nil
}

// NeedsError says that the server or the device is too old for something, which
// was not tried.
type NeedsError struct {
	// What cannot be done, as in "files in an app's sandbox".
	What string
	// Needs says what it takes, Has what is there.
	Needs, Has string
	// Advice says what to do instead.
	Advice string
}

// Error implements error.
func (e *NeedsError) Error() string {
	return fmt.Sprintf("%s: needs %s, and this is %s: %s", e.What, e.Needs, e.Has, e.Advice)
}

// sandboxSince is the first version of hdc with `file -b`. Source: OpenHarmony,
// hdc guide; older ones say "Unknown file option: -b".
var sandboxSince = Version{3, 1, 0, 'e'}

// able refuses what the server is too old for: an older one would take the
// bundle's name for a path.
func (c *Client) able(ctx context.Context, o FileOptions) error {
	if o.Bundle == "" {
		return nil
	}
	version, err := c.Version(ctx)
	if err != nil {
		return err
	}
	if version.less(sandboxSince) {
		return &NeedsError{What: "files in the sandbox of " + o.Bundle, Needs: "hdc " + sandboxSince.String(), Has: "hdc " + version.String(),
			Advice: "run the hdc server of a newer SDK, or let the app write where the shell may read"}
	}
	return nil
}
