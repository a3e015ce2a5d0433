// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// UnknownTypeError is returned by Decode for a well-formed frame of a type
// that this version does not know. The link stays usable: answer with Error.
type UnknownTypeError struct{ Type Type }

// Error implements error.
func (e *UnknownTypeError) Error() string { return fmt.Sprintf("unknown frame type %q", e.Type) }

// SizeError is returned for a frame above MaxFrame.
type SizeError struct{ Size int }

// Error implements error.
func (e *SizeError) Error() string {
	return fmt.Sprintf("frame of %d bytes exceeds the limit of %d", e.Size, MaxFrame)
}

// frames is the one table of types.
var frames = [...]struct {
	name  Type
	fresh func() Frame
}{
	{TypeOpen, func() Frame { return &Open{} }},
	{TypeChallenge, func() Frame { return &Challenge{} }},
	{TypeHello, func() Frame { return &Hello{} }},
	{TypeWelcome, func() Frame { return &Welcome{} }},
	{TypeToken, func() Frame { return &Token{} }},
	{TypeArrival, func() Frame { return &Arrival{} }},
	{TypeLoss, func() Frame { return &Loss{} }},
	{TypeAck, func() Frame { return &Ack{} }},
	{TypeCommand, func() Frame { return &Command{} }},
	{TypeResult, func() Frame { return &Result{} }},
	{TypeHeartbeat, func() Frame { return &Heartbeat{} }},
	{TypeGoodbye, func() Frame { return &Goodbye{} }},
	{TypeError, func() Frame { return &Error{} }},
}

// Types returns every type of frame, in the order in which a conversation may
// show them.
func Types() []Type {
	all := make([]Type, len(frames))
	for i, row := range frames {
		all[i] = row.name
	}
	return all
}

// New returns an empty frame of type t. The error is *UnknownTypeError.
func New(t Type) (Frame, error) {
	for _, row := range frames {
		if row.name == t {
			return row.fresh(), nil
		}
	}
	return nil, &UnknownTypeError{Type: t}
}

// Encode returns the frame as one JSON object whose first key is "type". It
// fails with *SizeError above MaxFrame.
func Encode(f Frame) ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteString(`{"type":"`)
	buf.WriteString(string(f.FrameType()))
	buf.WriteString(`",`)
	start := buf.Len()
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("encode a %s frame: %w", f.FrameType(), err)
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if b[start] != '{' {
		return nil, fmt.Errorf("encode a %s frame: it is nil", f.FrameType())
	}
	// The encoder wrote an object of its own behind the type; joining the two
	// means overwriting its opening brace.
	b = append(b[:start], b[start+1:]...)
	if len(b) > MaxFrame {
		return nil, &SizeError{Size: len(b)}
	}
	return b, nil
}

// maxType is the longest type in bytes that is taken for one: an answer names
// it, and a log line does.
const maxType = 64

// Decode reads one frame, which Encode can then write. Unknown fields are
// ignored; a record must have its origin, and an arrival its via and kind. The
// error is *SizeError, *UnknownTypeError, or says what is malformed.
func Decode(b []byte) (Frame, error) {
	if len(b) > MaxFrame {
		return nil, &SizeError{Size: len(b)}
	}
	var head struct {
		Type Type `json:"type"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("decode a frame: %w", err)
	}
	if head.Type == "" || len(head.Type) > maxType {
		return nil, fmt.Errorf("decode a frame: its type has %d bytes, and must have 1 to %d", len(head.Type), maxType)
	}
	f, err := New(head.Type)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("decode a %s frame: %w", head.Type, err)
	}
	if err := complete(f); err != nil {
		return nil, fmt.Errorf("decode a %s frame: %w", head.Type, err)
	}
	return f, nil
}

// complete reports what a record lacks: without its origin it could neither be
// acknowledged nor told from its own repetition.
func complete(f Frame) error {
	var origin Origin
	switch f := f.(type) {
	case *Arrival:
		if f.Via == 0 || f.Kind == 0 {
			return errors.New("via and kind must be given")
		}
		origin = f.Origin
	case *Loss:
		origin = f.Origin
	default:
		return nil
	}
	if origin.Install == "" || origin.Role == "" || origin.Epoch == "" || origin.Seq == 0 {
		return errors.New("origin must have install, role, epoch and a seq above 0")
	}
	return nil
}
