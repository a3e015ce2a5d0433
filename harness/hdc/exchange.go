// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// upload is a file that the client itself sends, through the server.
type upload struct {
	// command is what the server is asked for.
	command string
	// base is fileTask or appTask.
	base     uint16
	config   transferConfig
	file     string
	progress func(done, total int64)
}

// upload sends the file and returns the text behind it: hdc's summary of a
// transfer, or what the device's installer said. Whatever the server or the
// device objects is an error, also in the middle. (Claim hdc.remote-mode.)
func (c *Client) upload(ctx context.Context, key string, u upload) (string, error) {
	ch, err := c.open(ctx, key, u.command)
	if err != nil {
		return "", err
	}
	defer ch.close()
	ex := &exchange{ch: ch, key: key, command: u.command, base: u.base}
	if _, err := ex.want(taskInit); err != nil {
		return "", err
	}
	file, err := os.Open(u.file)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	if err := ch.write(appendTask(nil, taskWakeup, nil)); err != nil {
		return "", ex.lost(err)
	}
	if err := ch.write(appendTask(nil, u.base+taskCheck, appendFields(nil, u.config.fields()))); err != nil {
		return "", ex.lost(err)
	}
	features, err := ex.want(taskBegin)
	if err != nil {
		return "", err
	}
	size := smallPiece
	if len(features) > 0 && features[0]&1 != 0 {
		size = hugePiece
	}
	finish, err := ex.send(file, size, u)
	if err != nil {
		return "", err
	}
	if u.base == appTask {
		// A mode and a byte without meaning, then the installer's text.
		if len(finish) < 2 {
			return "", &FormatError{Command: u.command, Line: fmt.Sprintf("%q", finish)}
		}
		_ = ch.write(appendTask(nil, taskClose, []byte{1}))
		return string(finish[2:]), nil
	}
	if err := ch.write(appendTask(nil, u.base+taskFinish, []byte{0})); err != nil {
		return "", ex.lost(err)
	}
	text, err := ch.next()
	if err != nil {
		return "", ex.lost(err)
	}
	return string(text), failure(key, u.command, text)
}

// exchange is a transfer under way.
type exchange struct {
	ch           *channel
	key, command string
	base         uint16
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
	if err := failure(ex.key, ex.command, payload); err != nil {
		return nil, err
	}
	return nil, &FormatError{Command: ex.command, Line: fmt.Sprintf("%.80q", payload)}
}

func (ex *exchange) lost(err error) error {
	return &LostError{Key: ex.key, Command: ex.command, Err: err}
}

// send writes the pieces and returns the body of the answer at the end. The
// answer is listened for all the while: a device that runs out of space says so
// in the middle, and takes no more.
func (ex *exchange) send(file io.Reader, size int, u upload) ([]byte, error) {
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
	total := int64(u.config.size)
	buffer := make([]byte, min(int64(size), total))
	for done := int64(0); ; {
		part := buffer[:min(int64(size), total-done)]
		if _, err := io.ReadFull(file, part); err != nil {
			return nil, fmt.Errorf("read %s: it has become shorter: %w", u.file, err)
		}
		if err := ex.ch.write(appendTask(nil, u.base+taskData, appendPiece(nil, done, part))); err != nil {
			return judge(<-answers, err)
		}
		done += int64(len(part))
		u.progress(done, total)
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

// download fetches a file of the device into file, through the server.
func (c *Client) download(ctx context.Context, key, command string, file io.Writer, progress func(done, total int64)) (int64, error) {
	ch, err := c.open(ctx, key, command)
	if err != nil {
		return 0, err
	}
	defer ch.close()
	ex := &exchange{ch: ch, key: key, command: command, base: fileTask}
	check, err := ex.want(taskCheck)
	if err != nil {
		return 0, err
	}
	var config transferConfig
	if err := readFields(check, config.fields()); err != nil {
		return 0, err
	}
	if strings.ContainsAny(config.name, `/\`) {
		return 0, errFolder
	}
	const most = 1 << 50
	if config.size > most {
		return 0, &FormatError{Command: command, Line: fmt.Sprintf("a file of %d bytes", config.size)}
	}
	var features []byte
	if ch.huge {
		features = taskFeatures
	}
	if err := ch.write(appendTask(nil, fileTask+taskBegin, features)); err != nil {
		return 0, ex.lost(err)
	}
	total := int64(config.size)
	for done := int64(0); ; {
		body, err := ex.want(taskData)
		if err != nil {
			return done, err
		}
		data, err := readPiece(body, done)
		if err != nil {
			return done, err
		}
		if done+int64(len(data)) > total || len(data) == 0 && total > 0 {
			return done, &FormatError{Command: command, Line: fmt.Sprintf("%d bytes at %d of %d", len(data), done, total)}
		}
		if _, err := file.Write(data); err != nil {
			return done, err
		}
		done += int64(len(data))
		progress(done, total)
		if done == total {
			return done, ex.thank()
		}
	}
}

// thank ends a download: the device has its say, then the channel is closed.
func (ex *exchange) thank() error {
	if err := ex.ch.write(appendTask(nil, fileTask+taskFinish, []byte{1})); err != nil {
		return ex.lost(err)
	}
	if _, err := ex.want(taskFinish); err != nil {
		return err
	}
	_ = ex.ch.write(appendTask(nil, taskClose, []byte{1}))
	return nil
}

// errFolder says that a folder was asked for.
var errFolder = errors.New("it is a folder: transfer its files one by one")

// remoteArgs are the words by which remote mode is asked for: the folder of the
// client's file, then its name.
func remoteArgs(file string) (folder, name string) {
	folder, name = filepath.Split(file)
	return `remote -cwd "` + folder + `"`, name
}
