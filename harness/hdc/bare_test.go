// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

// exchange greets, sends a command for a target and copies what comes to
// out, up to the server's end, as the hdc command does.
func exchange(addr, target, command string, out io.Writer) error {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	hello := make([]byte, 4, 4+108)
	if _, err := io.ReadFull(conn, hello); err != nil {
		return err
	}
	// Of 44 or 108 bytes, after its own length.
	hello = hello[:4+min(binary.BigEndian.Uint32(hello), 108)]
	if _, err := io.ReadFull(conn, hello[4:]); err != nil {
		return err
	}
	clear(hello[16:48])
	copy(hello[16:48], target)
	command += "\x00"
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(hello, uint32(len(command))), command...)); err != nil {
		return err
	}
	_, err = io.Copy(out, conn)
	return err
}

// bareTCP is a server that sends, takes and sends as many bytes as an hdc
// server does, and looks at none.
func bareTCP(b *testing.B, greeting, taken, answer int) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	b.Cleanup(func() { _ = listener.Close(); <-ended })
	hello := append(binary.BigEndian.AppendUint32(nil, uint32(greeting)), bytes.Repeat([]byte("x"), greeting)...)
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			_, _ = conn.Write(hello)
			_, _ = io.CopyN(io.Discard, conn, int64(taken))
			_, _ = conn.Write(bytes.Repeat([]byte("y"), answer))
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}
