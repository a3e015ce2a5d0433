// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/json"
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

// fresh returns an empty frame of type t, or nil if t is unknown.
func fresh(t Type) Frame {
	switch t {
	case TypeOpen:
		return &Open{}
	case TypeChallenge:
		return &Challenge{}
	case TypeHello:
		return &Hello{}
	case TypeWelcome:
		return &Welcome{}
	case TypeToken:
		return &Token{}
	case TypeArrival:
		return &Arrival{}
	case TypeLoss:
		return &Loss{}
	case TypeAck:
		return &Ack{}
	case TypeCommand:
		return &Command{}
	case TypeResult:
		return &Result{}
	case TypeHeartbeat:
		return &Heartbeat{}
	case TypeGoodbye:
		return &Goodbye{}
	case TypeError:
		return &Error{}
	}
	return nil
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
	// The encoder wrote an object of its own behind the type; joining the two
	// means overwriting its opening brace.
	b = append(b[:start], b[start+1:]...)
	if len(b) > MaxFrame {
		return nil, &SizeError{Size: len(b)}
	}
	return b, nil
}

// Decode reads one frame. Unknown fields are ignored. The error is *SizeError,
// *UnknownTypeError, or says what is malformed.
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
	f := fresh(head.Type)
	if f == nil {
		return nil, &UnknownTypeError{Type: head.Type}
	}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("decode a %s frame: %w", head.Type, err)
	}
	return f, nil
}
