// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// exchange is a transfer under way, of one file or several, for which this
// process does the host's part.
type exchange struct {
	ch           *channel
	key, command string
	base         uint16
	// buffer is the frame of a piece, which is made in place.
	buffer []byte
}

// exchange opens a channel for a command of files (fileTask) or packages
// (appTask).
func (c *Client) exchange(ctx context.Context, key, command string, base uint16) (*exchange, error) {
	ch, err := c.open(ctx, key, command)
	if err != nil {
		return nil, err
	}
	return &exchange{ch: ch, key: key, command: command, base: base}, nil
}

// want reads the frame with the command at base, and returns its body. Text in
// its place is an objection.
func (ex *exchange) want(offset uint16) ([]byte, error) {
	payload, err := ex.ch.next()
	if err != nil {
		return nil, ex.lost(err)
	}
	return ex.body(payload, offset)
}

func (ex *exchange) body(payload []byte, offset uint16) ([]byte, error) {
	command, body, ok := parseTask(payload)
	if ok && command == ex.base+offset {
		return body, nil
	}
	return nil, ex.objection(payload)
}

// objection is the error of a frame that is out of place.
func (ex *exchange) objection(payload []byte) error {
	if err := failure(ex.key, ex.command, payload); err != nil {
		return err
	}
	return &FormatError{Command: ex.command, Line: fmt.Sprintf("%.80q", payload)}
}

func (ex *exchange) lost(err error) error {
	return &LostError{Key: ex.key, Command: ex.command, Err: err}
}

// put sends a frame of the exchange.
func (ex *exchange) put(command uint16, body []byte) error {
	if err := ex.ch.write(appendTask(nil, command, body)); err != nil {
		return ex.lost(err)
	}
	return nil
}

// outgoing is one file to send.
type outgoing struct {
	config transferConfig
	// modes are announced before the file.
	modes []fileMode
	open  func() (io.ReadCloser, error)
	// progress is called with the bytes of this file so far.
	progress func(done int64)
}

// start waits for the server to hand the job back, and takes it. (Claim
// hdc.remote-mode.)
func (ex *exchange) start() error {
	if _, err := ex.want(taskInit); err != nil {
		return err
	}
	return ex.put(taskWakeup, nil)
}

// file announces and sends one file, and returns the body of what the other
// side says of it. Whatever the server or the device objects is an error, also
// in the middle.
func (ex *exchange) file(f outgoing) ([]byte, error) {
	file, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if err := ex.announceModes(f.modes); err != nil {
		return nil, err
	}
	if err := ex.put(ex.base+taskCheck, appendFields(nil, f.config.fields())); err != nil {
		return nil, err
	}
	features, err := ex.want(taskBegin)
	if err != nil {
		return nil, err
	}
	size := smallPiece
	if len(features) > 0 && features[0]&1 != 0 {
		size = hugePiece
	}
	return ex.pieces(file, size, f)
}

// pieces writes a file and returns the body of the answer at the end. The
// answer is listened for all the while: a device that runs out of space says so
// in the middle, and takes no more.
func (ex *exchange) pieces(file io.Reader, size int, f outgoing) ([]byte, error) {
	type answer struct {
		payload []byte
		err     error
	}
	answers := make(chan answer, 1)
	go func() {
		payload, err := ex.ch.next()
		answers <- answer{payload, err}
	}()
	judge := func(a answer, sent error) ([]byte, error) {
		if a.err != nil {
			return nil, ex.lost(errors.Join(a.err, sent))
		}
		return ex.body(a.payload, taskFinish)
	}
	// Nobody else reads the channel: the one who listens has to come back first.
	abandon := func(err error) ([]byte, error) {
		ex.ch.close()
		<-answers
		return nil, err
	}
	total := int64(f.config.size)
	for done := int64(0); ; {
		n := int(min(int64(size), total-done))
		frame := ex.frame(done, n)
		if _, err := io.ReadFull(file, frame[len(frame)-n:]); err != nil {
			return abandon(fmt.Errorf("read %s: it has become shorter: %w", f.config.name, err))
		}
		if err := ex.ch.write(frame); err != nil {
			return judge(<-answers, err)
		}
		done += int64(n)
		if f.progress != nil {
			f.progress(done)
		}
		if done == total {
			return judge(<-answers, nil)
		}
		select {
		case a := <-answers:
			if body, err := judge(a, nil); err != nil {
				return body, err
			}
			return nil, &FormatError{Command: ex.command, Line: fmt.Sprintf("an end after %d of %d bytes", done, total)}
		default:
		}
	}
}

// frame returns the frame of a piece of n bytes, which stand at its end and are
// not filled in.
func (ex *exchange) frame(at int64, n int) []byte {
	const head = 4 + 2 + pieceHeader
	if cap(ex.buffer) < head+n {
		ex.buffer = make([]byte, head+n)
	}
	b := ex.buffer[:head+n]
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	binary.LittleEndian.PutUint16(b[4:], ex.base+taskData)
	clear(b[6:head])
	p := piece{index: uint64(at), packed: uint64(n), size: uint64(n)}
	appendFields(b[6:6:head], p.fields())
	return b
}

// summary ends a transfer of files and returns hdc's own word.
func (ex *exchange) summary() (string, error) {
	if err := ex.put(ex.base+taskFinish, []byte{0}); err != nil {
		return "", err
	}
	text, err := ex.ch.next()
	if err != nil {
		return "", ex.lost(err)
	}
	return string(text), failure(ex.key, ex.command, text)
}

// goodbye closes the channel in words; the socket follows.
func (ex *exchange) goodbye() { _ = ex.ch.write(appendTask(nil, taskClose, []byte{1})) }

// upload sends files on one channel and returns hdc's summary.
func (c *Client) upload(ctx context.Context, key, command string, files []outgoing) (string, error) {
	ex, err := c.exchange(ctx, key, command, fileTask)
	if err != nil {
		return "", err
	}
	defer ex.ch.close()
	if err := ex.start(); err != nil {
		return "", err
	}
	for _, f := range files {
		finish, err := ex.file(f)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(finish, []byte{1}) {
			return "", &FormatError{Command: command, Line: fmt.Sprintf("%.20q at the end of %s", finish, f.config.name)}
		}
	}
	text, err := ex.summary()
	if err != nil {
		return "", err
	}
	return text, finished(command, text)
}

// uploadPackage sends a package and returns what the device's installer said.
func (c *Client) uploadPackage(ctx context.Context, key, command string, f outgoing) (string, error) {
	ex, err := c.exchange(ctx, key, command, appTask)
	if err != nil {
		return "", err
	}
	defer ex.ch.close()
	if err := ex.start(); err != nil {
		return "", err
	}
	finish, err := ex.file(f)
	if err != nil {
		return "", err
	}
	// A mode and a byte without meaning, then the installer's text.
	if len(finish) < 2 {
		return "", &FormatError{Command: command, Line: fmt.Sprintf("%q", finish)}
	}
	ex.goodbye()
	return string(finish[2:]), nil
}

// remoteArgs are the words by which remote mode is asked for: the folder of the
// client's file, then its name.
func remoteArgs(file string) (folder, name string) {
	folder, name = filepath.Split(file)
	return `remote -cwd "` + folder + `"`, name
}
