// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// ErrFolder is what Receive returns of a path of the device that is a folder.
var ErrFolder = errors.New("it is a folder: send it with SendFolder, fetch it with ReceiveFolder")

// single takes the one file of a download.
type single struct {
	name, part string
	o          FileOptions
	file       *os.File
	config     transferConfig
	perm       fs.FileMode
	arrived    bool
}

func (s *single) create(config transferConfig, perm fs.FileMode) (io.Writer, error) {
	if strings.ContainsAny(config.name, `/\`) {
		return nil, ErrFolder
	}
	if s.file != nil {
		return nil, &UnsafePathError{Path: config.name, Device: true, Why: "a second file came where one was asked for"}
	}
	file, err := os.Create(s.part)
	if err != nil {
		return nil, newLocalError(s.part, err)
	}
	s.file, s.config, s.perm = file, config, perm
	return file, nil
}

func (s *single) folder(string, fs.FileMode) error { return ErrFolder }

func (s *single) wrote(done int64) {
	p := Progress{File: s.name, AllFiles: 1, Bytes: done, AllBytes: int64(s.config.size)}
	if p.Bytes == p.AllBytes {
		p.Files = 1
	}
	s.o.progress(p)
}

func (s *single) complete() error {
	s.arrived = true
	return nil
}

// close ends the file, and gives it what is to be kept.
func (s *single) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if err == nil && s.arrived && s.o.KeepTime && s.config.modified > 0 {
		err = os.Chtimes(s.part, time.Time{}, s.changed())
	}
	if err == nil && s.arrived && s.o.KeepMode && s.perm != 0 {
		err = os.Chmod(s.part, s.perm)
	}
	return err
}

// changed is when the device's file was last changed.
func (s *single) changed() time.Time { return announcedTime(s.config) }

// announcedTime reads the nanoseconds in a config; a device may say anything.
func announcedTime(c transferConfig) time.Time {
	return time.Unix(int64(c.modified/1e9), int64(c.modified%1e9))
}
