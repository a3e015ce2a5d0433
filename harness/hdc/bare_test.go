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

// exchange greets, sends a command and reads to the end.
func exchange(b *testing.B, addr, line string) {
	b.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		b.Fatal(err)
	}
	hello := make([]byte, 48)
	if _, err := io.ReadFull(conn, hello); err != nil {
		b.Fatal(err)
	}
	clear(hello[16:])
	copy(hello[16:], key)
	command := "shell " + line + "\x00"
	out := append(binary.BigEndian.AppendUint32(hello, uint32(len(command))), command...)
	if _, err := conn.Write(out); err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		b.Fatal(err)
	}
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
			_, _ = conn.Write(hello)
			_, _ = io.CopyN(io.Discard, conn, int64(taken))
			_, _ = conn.Write(bytes.Repeat([]byte("y"), answer))
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}
