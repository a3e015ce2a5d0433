// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/internal/loopback"
)

// Transfer is a file that arrived.
type Transfer struct {
	// Path is where it is now.
	Path  string
	Bytes int64
	// Took includes verification.
	Took time.Duration
	// ByClient is set where this process did the reading or writing.
	ByClient bool
	// Skipped is set where OnlyNewer left the other side's file alone; the rest
	// is then zero.
	Skipped bool
	// Checked says how far both ends were compared, Why why not further.
	Checked Check
	Why     string
}

// transferPace is the least speed, in bytes per second, for which a transfer
// without a deadline is given time beyond Options.Timeout.
const transferPace = 1 << 20

// boundFor bounds a transfer of that many bytes.
func (c *Client) boundFor(ctx context.Context, size int64) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.o.Timeout+time.Duration(size/transferPace)*time.Second)
}

// byServer reports whether the server is asked to do the host's part first.
func (c *Client) byServer(o FileOptions) bool {
	switch c.o.Files {
	case FilesByServer:
		return true
	case FilesByClient:
		return false
	}
	return loopback.Addr(c.o.Addr) && !o.shown()
}

// Send copies one regular file of this machine to the device. A remote path
// that ends in a slash is a folder, which has to be there; the file keeps its
// name. What was at the path is overwritten, and is cut off if the transfer
// fails in the middle.
//
// Errors: *ArgumentError, *FileError (a path that is missing or forbidden, on
// either side), *VerifyError, *NeedsError, *TargetError, *FailError,
// *ServerError and *LostError. Without a deadline, ctx is bound by the client's
// Timeout and a second per MiB.
func (c *Client) Send(ctx context.Context, key, local, remote string, o FileOptions) (Transfer, error) {
	local, info, err := c.localFile(key, local)
	if err != nil {
		return Transfer{}, err
	}
	if strings.HasSuffix(remote, "/") {
		remote += filepath.Base(local)
	}
	if err := o.check(remote); err != nil {
		return Transfer{}, err
	}
	ctx, cancel := c.boundFor(ctx, info.Size())
	defer cancel()
	if err := c.able(ctx, o); err != nil {
		return Transfer{}, err
	}
	began := time.Now()
	sync, skip, err := c.newerHere(ctx, key, info, remote, o)
	if err != nil || skip {
		return Transfer{Path: remote, Skipped: skip}, err
	}
	done := Transfer{Path: remote, Bytes: info.Size()}
	if c.byServer(o) {
		err = c.fileByServer(ctx, key, "send", o.words(sync), local, remote)
		// The file is here, so a server that misses it has another disk.
		done.ByClient = c.o.Files == FilesAuto && missesLocal(err)
	} else {
		done.ByClient = true
	}
	if done.ByClient {
		err = c.sendByClient(ctx, key, local, remote, info, sync, o)
	} else if err == nil {
		o.progress(Progress{File: filepath.Base(local), Files: 1, AllFiles: 1, Bytes: done.Bytes, AllBytes: done.Bytes})
	}
	if sync && isProblem(err, FileNotNewer) {
		return Transfer{Path: remote, Skipped: true}, nil
	}
	if err == nil && !o.NoVerify {
		done.Checked, done.Why, err = c.verifySent(ctx, key, local, remote, o)
	}
	done.Took = time.Since(began)
	c.o.Logger.DebugContext(ctx, "hdc file send", "key", key, "bytes", done.Bytes, "client", done.ByClient, "took", done.Took, "error", err)
	return done, err
}

// Receive copies one regular file of the device to this machine. The local path
// is written when all has arrived and is verified; what was there is replaced.
// Errors and bounds are those of Send, and ErrFolder; the size is not known
// before, so give ctx a deadline for a large file.
func (c *Client) Receive(ctx context.Context, key, remote, local string, o FileOptions) (Transfer, error) {
	if err := errors.Join(CheckKey(key), o.check(remote)); err != nil {
		return Transfer{}, err
	}
	local, err := filepath.Abs(local)
	if err != nil {
		return Transfer{}, err
	}
	if err := checkPath("local path", local); err != nil {
		return Transfer{}, err
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := c.able(ctx, o); err != nil {
		return Transfer{}, err
	}
	began := time.Now()
	if skip, err := c.newerThere(ctx, key, remote, local, o); err != nil || skip {
		return Transfer{Path: local, Skipped: skip}, err
	}
	part, err := partName(local)
	if err != nil {
		return Transfer{}, fmt.Errorf("receive %s: %w", remote, err)
	}
	defer func() { _ = os.Remove(part) }()
	done := Transfer{Path: local}
	if c.byServer(o) {
		done.ByClient, err = c.receiveByServer(ctx, key, remote, part, o)
	} else {
		done.ByClient = true
	}
	if done.ByClient {
		err = c.receiveByClient(ctx, key, remote, part, o)
	}
	if err == nil && !o.NoVerify {
		done.Checked, done.Why, err = c.verifyReceived(ctx, key, part, remote, o)
	}
	if err == nil {
		done.Bytes, err = settle(part, local)
	}
	if err == nil && !done.ByClient {
		o.progress(Progress{File: path.Base(remote), Files: 1, AllFiles: 1, Bytes: done.Bytes, AllBytes: done.Bytes})
	}
	done.Took = time.Since(began)
	c.o.Logger.DebugContext(ctx, "hdc file recv", "key", key, "bytes", done.Bytes, "client", done.ByClient, "took", done.Took, "error", err)
	return done, err
}

// partName returns a name in the folder of a file under which it is written
// until it is complete. Nothing is there: who writes it makes it, with a mode
// of its own, and its absence afterwards says that another disk was written.
func partName(local string) (string, error) {
	part, err := os.CreateTemp(filepath.Dir(local), ".pushproof-*.part")
	if err != nil {
		return "", err
	}
	return part.Name(), errors.Join(part.Close(), os.Remove(part.Name()))
}

// settle gives the complete file its name.
func settle(part, local string) (int64, error) {
	info, err := os.Stat(part)
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(part, local)
}

// localFile returns the absolute path of a file to send, and what it is.
func (c *Client) localFile(key, local string) (string, fs.FileInfo, error) {
	if err := CheckKey(key); err != nil {
		return "", nil, err
	}
	local, err := filepath.Abs(local)
	if err != nil {
		return "", nil, err
	}
	if err := checkPath("local path", local); err != nil {
		return "", nil, err
	}
	info, err := os.Stat(local)
	switch {
	case err != nil:
		return "", nil, newLocalError(local, err)
	case info.IsDir():
		return "", nil, badArgument("local path", local, ErrFolder.Error())
	case !info.Mode().IsRegular():
		return "", nil, badArgument("local path", local, "it is no regular file")
	}
	return local, info, nil
}

// fileByServer has the server do the host's part; nil once it says that it did.
func (c *Client) fileByServer(ctx context.Context, key, verb, options, from, to string) error {
	_, err := c.askFiles(ctx, key, verb, options, from, to)
	return err
}

// askFiles is fileByServer, and returns the server's summary.
func (c *Client) askFiles(ctx context.Context, key, verb, options, from, to string) (string, error) {
	command := "file " + verb + " " + options + word(from) + " " + word(to)
	answer, err := retry(ctx, c.o.HandshakeWait, func() ([]byte, error) { return c.ask(ctx, key, command) })
	local := from
	if verb == "recv" {
		local = to
	}
	if err != nil {
		return "", fileFailure(err, command, local)
	}
	return string(answer), finished(command, string(answer))
}

// finished wants hdc's summary: nothing else means success.
func finished(command, text string) error {
	if !strings.HasPrefix(text, "FileTransfer finish") {
		return &FormatError{Command: command, Line: text[:min(len(text), 200)]}
	}
	return nil
}

func (c *Client) sendByClient(ctx context.Context, key, local, remote string, info fs.FileInfo, sync bool, o FileOptions) error {
	folder, name := remoteArgs(local)
	command := "file send " + folder + " " + o.words(sync) + word(name) + " " + word(remote)
	f := outgoing{config: o.config(info, remote, name, filepath.Dir(local)), open: func() (io.ReadCloser, error) { return os.Open(local) },
		progress: func(done int64) {
			p := Progress{File: name, AllFiles: 1, Bytes: done, AllBytes: info.Size()}
			if done == info.Size() {
				p.Files = 1
			}
			o.progress(p)
		}}
	f.config.ifNewer = number(sync)
	if o.KeepMode {
		f.modes = []fileMode{modeOf(info.Mode(), "")}
	}
	_, err := retry(ctx, c.o.HandshakeWait, func() (string, error) { return c.upload(ctx, key, command, []outgoing{f}) })
	return fileFailure(err, command, local)
}

// receiveByServer has the server write the file. elsewhere reports that it
// wrote to another disk than this one's.
func (c *Client) receiveByServer(ctx context.Context, key, remote, part string, o FileOptions) (elsewhere bool, err error) {
	err = c.fileByServer(ctx, key, "recv", o.words(false), remote, part)
	if missesLocal(err) {
		// Its folder is here.
		return c.o.Files == FilesAuto, err
	}
	if err != nil {
		return false, err
	}
	info, err := os.Stat(part)
	switch {
	case err != nil:
		return c.o.Files == FilesAuto, newLocalError(part, err)
	case info.IsDir():
		return false, errors.Join(fmt.Errorf("%s: %w", remote, ErrFolder), os.RemoveAll(part))
	}
	return false, nil
}

func (c *Client) receiveByClient(ctx context.Context, key, remote, part string, o FileOptions) error {
	folder, name := remoteArgs(part)
	command := "file recv " + folder + " " + o.words(false) + word(remote) + " " + word(name)
	_, err := retry(ctx, c.o.HandshakeWait, func() (struct{}, error) {
		to := &single{name: path.Base(remote), part: part, o: o}
		err := c.download(ctx, key, command, to)
		return struct{}{}, errors.Join(err, to.close())
	})
	return fileFailure(err, command, part)
}

// word quotes a path as hdc's own parser wants it: it knows double quotes and
// no escapes.
func word(path string) string {
	if strings.ContainsAny(path, " ") {
		return `"` + path + `"`
	}
	return path
}

// checkPath refuses what cannot be quoted.
func checkPath(what, file string) error {
	if err := checkText(what, file); err != nil {
		return err
	}
	switch {
	case strings.Contains(file, `"`):
		return badArgument(what, file, "hdc cannot be given a double quote: rename it")
	case strings.HasPrefix(filepath.Base(file), "-"):
		return badArgument(what, file, "hdc takes a name that starts with - for an option: rename it")
	}
	return nil
}

// checkRemote wants an absolute path: hdcd's own folder is no place to rely on.
// A command without a path takes the target offline (recording
// file-send-no-args).
func checkRemote(remote string) error {
	if err := checkPath("remote path", remote); err != nil {
		return err
	}
	if !path.IsAbs(remote) || strings.HasSuffix(remote, "/") {
		return badArgument("remote path", remote, "it names a file from the root on, such as /data/local/tmp/x")
	}
	return nil
}
