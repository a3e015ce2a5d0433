// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"errors"
	"fmt"
	"io"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// errNotText is what a peer gets that sends anything but text messages.
var errNotText = errors.New("a frame is a text message, this one is binary")

// send encodes and writes one frame; the caller has set the deadline.
func send(conn *websocket.Conn, f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return conn.WriteMessage(websocket.TextMessage, b)
}

// receive reads one message of at most wire.MaxFrame bytes.
func receive(conn *websocket.Conn) ([]byte, error) {
	kind, r, err := conn.NextReader()
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, errNotText
	}
	b, err := io.ReadAll(io.LimitReader(r, wire.MaxFrame+1))
	if err != nil {
		return nil, fmt.Errorf("read a frame: %w", err)
	}
	if len(b) > wire.MaxFrame {
		return nil, &wire.SizeError{Size: len(b)}
	}
	return b, nil
}
