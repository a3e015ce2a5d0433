// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FileError is a file that is no recording.
type FileError struct {
	Path string
	// Problem says what is wrong with it.
	Problem string
}

// Error says which file, and what is wrong.
func (e *FileError) Error() string {
	return fmt.Sprintf("%s is no recording: %s; `hdc-runner push send --record DIR` writes them", e.Path, e.Problem)
}

// maxFile bounds a file: both bodies have at most 1 MiB each, and escapes take
// up to six bytes for one.
const maxFile = 16 << 20

// Read reads a file. The error is a *FileError for one that is no recording.
func Read(path string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the recording %s: %w", path, err)
	}
	r, err := parse(data)
	if err != nil {
		return nil, &FileError{Path: path, Problem: err.Error()}
	}
	return r, nil
}

func parse(data []byte) (*Recording, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("it has more than %d MiB", maxFile>>20)
	}
	var r Recording
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return nil, err
	}
	switch {
	case r.Schema != Schema:
		return nil, fmt.Errorf("its schema is %d, this version reads %d", r.Schema, Schema)
	case r.Request.Method == "" || r.Request.Path == "":
		return nil, errors.New("it has no request")
	case r.Response == nil && r.Error == "":
		return nil, errors.New("it has neither an answer nor a reason why there is none")
	}
	return &r, nil
}

// File is a recording and where it stands.
type File struct {
	Path string
	*Recording
}

// ReadDir reads every .json file of a folder, in the order of their names. It
// fails at the first that is no recording.
func ReadDir(dir string) ([]File, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	if len(paths) == 0 {
		if _, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("read recordings: %w", err)
		}
	}
	files := make([]File, 0, len(paths))
	for _, path := range paths {
		r, err := Read(path)
		if err != nil {
			return nil, err
		}
		files = append(files, File{path, r})
	}
	return files, nil
}

// write stores a recording under a name that says when and what, and returns
// the path. It never replaces a file.
func (r *Recording) write(dir string) (string, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write a recording: %w", err)
	}
	data = append(data, '\n')
	what := "no-answer"
	if r.Response != nil {
		if what = answerOf(r.Response).code; what == "" {
			what = fmt.Sprintf("http-%d", r.Response.Status)
		}
	}
	stem := r.Recorded.UTC().Format("20060102T150405.000Z") + "-" + safe(what)
	for n := 1; ; n++ {
		path := filepath.Join(dir, stem+".json")
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s-%d.json", stem, n))
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("write a recording: %w", err)
		}
		_, err = f.Write(data)
		if err := errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("write the recording %s: %w", path, err)
		}
		return path, nil
	}
}

// safe keeps what may stand in a file's name on every system.
func safe(text string) string {
	out := []byte(text)
	for i, c := range out {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-') {
			out[i] = '_'
		}
	}
	return string(out[:min(len(out), 32)])
}
