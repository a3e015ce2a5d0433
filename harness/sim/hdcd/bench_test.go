// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// sink is a disk that forgets what is written to it.
type sink struct{ *disk }

func (sink) CreateFile(string) (io.WriteCloser, error) { return forgetting{io.Discard}, nil }

type forgetting struct{ io.Writer }

func (forgetting) Close() error { return nil }

// benchSize is how many bytes a round moves.
const benchSize = 32 << 20

// pieces are the frames of benchSize bytes, as 3.2.0f sends them.
func pieces() []byte {
	const size = 418_611
	var b []byte
	for at := 0; at < benchSize; at += size {
		body := chunk(at, string(make([]byte, min(size, benchSize-at))))
		b = binary.BigEndian.AppendUint32(b, uint32(2+len(body)))
		b = append(binary.LittleEndian.AppendUint16(b, fileData), body...)
	}
	return b
}

// BenchmarkFileSend takes files from a client. Compare its MB/s with those of
// BenchmarkBareTCP, which copies the same bytes and looks at none.
func BenchmarkFileSend(b *testing.B) {
	server := hdcd.New(hdcd.Options{CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	server.Attach(struct {
		quiet
		sink
	}{quiet{}, sink{newDisk(nil)}})
	data := pieces()
	b.SetBytes(benchSize)
	for b.Loop() {
		c := &talk{b, dial(b, server.Addr()), nil}
		c.in = bufio.NewReader(c.conn)
		shake(b, c.conn, first, 'H')
		send(b, c.conn, "file send remote x /data/local/tmp/x")
		c.get(fileInit)
		c.put(fileCheck, announce("/data/local/tmp/x", "x", benchSize))
		c.get(fileBegin)
		if _, err := c.conn.Write(data); err != nil {
			b.Fatal(err)
		}
		c.get(fileFinish)
		_ = c.conn.Close()
	}
}

// BenchmarkFileReceive hands files to a client.
func BenchmarkFileReceive(b *testing.B) {
	server := hdcd.New(hdcd.Options{CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	server.Attach(struct {
		quiet
		*disk
	}{quiet{}, newDisk(map[string]string{"/data/local/tmp/x": string(make([]byte, benchSize))})})
	b.SetBytes(benchSize)
	for b.Loop() {
		c := &talk{b, dial(b, server.Addr()), nil}
		c.in = bufio.NewReader(c.conn)
		shake(b, c.conn, first, 'H')
		send(b, c.conn, "file recv remote /data/local/tmp/x x")
		c.get(fileCheck)
		c.put(fileBegin, "\x05\x00\x00\x00\x00\x00\x00\x00")
		if _, err := io.CopyN(io.Discard, c.in, benchSize); err != nil {
			b.Fatal(err)
		}
		_ = c.conn.Close()
	}
}

// BenchmarkBareTCP is what loopback gives on this machine.
func BenchmarkBareTCP(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	data, ended := pieces(), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.CopyN(struct{ io.Writer }{io.Discard}, conn, int64(len(data)))
			_, _ = conn.Write([]byte{1})
			_ = conn.Close()
		}
	}()
	b.SetBytes(benchSize)
	for b.Loop() {
		conn := dial(b, listener.Addr().String())
		if _, err := conn.Write(data); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
			b.Fatal(err)
		}
		_ = conn.Close()
	}
	_ = listener.Close()
	<-ended
}
