// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// ErrTooLong is returned for a line above MaxLine.
var ErrTooLong = fmt.Errorf("line exceeds the limit of %d bytes", MaxLine)

// NewStream returns a jsonrpc2 stream of one object a line. Close calls close.
func NewStream(r io.Reader, w io.Writer, close func() error) jsonrpc2.ObjectStream {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLine)
	return &stream{lines: lines, w: w, close: close}
}

type stream struct {
	lines *bufio.Scanner
	close func() error

	mu sync.Mutex
	w  io.Writer
}

// ReadObject skips empty lines; the end of the input is io.EOF.
func (s *stream) ReadObject(v any) error {
	for s.lines.Scan() {
		line := bytes.TrimSpace(s.lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := json.Unmarshal(line, v); err != nil {
			return fmt.Errorf("read a line of the seam: %w", err)
		}
		return nil
	}
	switch err := s.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("read a line of the seam: %w", ErrTooLong)
	case err != nil:
		return fmt.Errorf("read a line of the seam: %w", err)
	}
	return io.EOF
}

// WriteObject writes the object in one write.
func (s *stream) WriteObject(v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write a line of the seam: %w", err)
	}
	if line.Len() > MaxLine {
		return fmt.Errorf("write a line of the seam: %w", ErrTooLong)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.w.Write(line.Bytes()); err != nil {
		return fmt.Errorf("write a line of the seam: %w", err)
	}
	return nil
}

func (s *stream) Close() error { return s.close() }
