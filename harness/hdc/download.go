// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"io"
	"io/fs"
)

// Limits of what a device may announce. The first is hdc's own idea of a file's
// size no more than ours: it keeps sums from running over.
const (
	maxFileSize = 1 << 50
	maxFiles    = 100_000
)

// sink takes the files of a download.
type sink interface {
	// create makes the announced file; perm is 0 where no mode was announced.
	create(config transferConfig, perm fs.FileMode) (io.Writer, error)
	// folder is told the mode of a folder.
	folder(name string, perm fs.FileMode) error
	// wrote is told the bytes so far of the file that create made.
	wrote(done int64)
	// complete is told that it has arrived.
	complete() error
}

// download fetches what a command names, through the server, into a sink.
func (c *Client) download(ctx context.Context, key, command string, to sink) error {
	ex, err := c.exchange(ctx, key, command, fileTask)
	if err != nil {
		return err
	}
	defer ex.ch.close()
	var perm fs.FileMode
	for files, modes := 0, 0; ; {
		payload, err := ex.ch.next()
		if err != nil {
			return ex.lost(err)
		}
		what, body, ok := parseTask(payload)
		switch {
		case ok && what == fileTask+taskCheck && files < maxFiles:
			files++
			if err := ex.accept(body, perm, to); err != nil {
				return err
			}
			perm = 0
		case ok && (what == fileTask+ownMode || what == fileTask+dirMode) && modes < 2*maxFiles:
			modes++
			dir, p, err := readMode(body)
			if err != nil {
				return err
			}
			if what == fileTask+ownMode {
				perm = p
			} else if err := to.folder(dir, p); err != nil {
				return err
			}
			if err := ex.put(fileTask+ownMode, nil); err != nil {
				return err
			}
		case ok && what == fileTask+taskFinish && files > 0 && len(body) == 1 && body[0] == 0:
			ex.goodbye()
			return nil
		default:
			return ex.objection(payload)
		}
	}
}

// accept takes one file, whose announcement is given.
func (ex *exchange) accept(check []byte, perm fs.FileMode, to sink) error {
	var config transferConfig
	if err := readFields(check, config.fields()); err != nil {
		return err
	}
	if config.size > maxFileSize {
		return &FormatError{Command: ex.command, Line: fmt.Sprintf("a file of %d bytes", config.size)}
	}
	file, err := to.create(config, perm)
	if err != nil {
		return err
	}
	var features []byte
	if ex.ch.huge {
		features = taskFeatures
	}
	if err := ex.put(fileTask+taskBegin, features); err != nil {
		return err
	}
	total := int64(config.size)
	for done := int64(0); ; {
		body, err := ex.want(taskData)
		if err != nil {
			return err
		}
		data, err := readPiece(body, done)
		if err != nil {
			return err
		}
		if done+int64(len(data)) > total || len(data) == 0 && total > 0 {
			return &FormatError{Command: ex.command, Line: fmt.Sprintf("%d bytes at %d of %d", len(data), done, total)}
		}
		if _, err := file.Write(data); err != nil {
			return err
		}
		done += int64(len(data))
		to.wrote(done)
		if done == total {
			break
		}
	}
	if err := to.complete(); err != nil {
		return err
	}
	return ex.put(fileTask+taskFinish, []byte{1})
}
