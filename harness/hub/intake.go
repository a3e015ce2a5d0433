// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"errors"
	"io"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// receive reads one message into a buffer that has room for head bytes before
// it, so that a record needs no copy on its way to the journal. The message
// begins at head. A *refusal says what is wrong with it.
func receive(conn *websocket.Conn, head int) ([]byte, error) {
	kind, r, err := conn.NextReader()
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, refuse(wire.CodeMalformed, "", websocket.CloseUnsupportedData, "a frame is a text message, this one is binary")
	}
	b := make([]byte, head, head+1024)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if len(b)-head > wire.MaxFrame {
			return nil, tooLarge(len(b) - head)
		}
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		if len(b) == cap(b) {
			b = append(b, make([]byte, len(b))...)[:len(b)]
		}
	}
}

func tooLarge(size int) *refusal {
	return refuse(wire.CodeTooLarge, "", websocket.CloseMessageTooBig, "a frame of at least %d bytes exceeds the limit of %d", size, wire.MaxFrame)
}

// intake decodes a frame, which keeps b. like is the origin that a record is
// likely to have. The error is *wire.UnknownTypeError, which an agent may go on
// after, or a *refusal.
func intake(b []byte, like wire.Origin) (wire.Frame, error) {
	if a := scan(b, like); a != nil && len(b) <= wire.MaxFrame {
		return a, checkRecord(a, like)
	}
	frame, err := wire.Decode(b)
	if err == nil {
		return frame, checkRecord(frame, like)
	}
	var unknown *wire.UnknownTypeError
	var size *wire.SizeError
	switch {
	case errors.As(err, &unknown):
		return nil, err
	case errors.As(err, &size):
		return nil, tooLarge(size.Size)
	}
	return nil, refuse(wire.CodeMalformed, "", websocket.CloseInvalidFramePayloadData, "%v", err)
}

// maxID bounds install and epoch in bytes: the hub keeps them as long as it
// lives, and repeats them in each acknowledgement.
const maxID = 128

// plainly says what plain asks for.
const plainly = "of 1 to 128 letters, digits or . _ : -"

// plain reports whether an id needs no escaping anywhere.
func plain(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, r := range []byte(id) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == ':', r == '-':
		default:
			return false
		}
	}
	return true
}

func checkRecord(frame wire.Frame, like wire.Origin) error {
	o, ok := origin(frame)
	if !ok {
		return nil
	}
	if like.Seq = o.Seq; o == like {
		return nil // checked before
	}
	if !plain(o.Install) || !plain(o.Epoch) || (o.Role != wire.RoleMain && o.Role != wire.RoleExtension) {
		return refuse(wire.CodeMalformed, frame.FrameType(), websocket.CloseInvalidFramePayloadData,
			"the origin's role must be main or extension, its install and epoch %s", plainly)
	}
	return nil
}

// origin returns a record's origin; ok is false for what is no record.
func origin(frame wire.Frame) (o wire.Origin, ok bool) {
	switch f := frame.(type) {
	case *wire.Arrival:
		return f.Origin, true
	case *wire.Loss:
		return f.Origin, true
	}
	return wire.Origin{}, false
}
