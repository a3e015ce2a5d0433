// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// forgetful is a device that forgets what is written to it.
type forgetful struct{ *diskDevice }

func (forgetful) CreateFile(string) (io.WriteCloser, error) { return forgetting{io.Discard}, nil }

type forgetting struct{ io.Writer }

func (forgetting) Close() error { return nil }

// BenchmarkSendFile sends a file of 32 MiB through a simulated server in remote
// mode, by turns with a bare copy of the same file over TCP, which reads and
// writes pieces of the same size and waits for the other end's word. "of-bare"
// is our speed divided by that.
func BenchmarkSendFile(b *testing.B) {
	const size, piece = 32 << 20, 418_611
	file := filepath.Join(b.TempDir(), "x.bin")
	if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	server, _ := simulate(b, hdcd.Options{CloseDelay: -1}, echoes)
	d := &diskDevice{device: device{key: "forgetful"}, root: b.TempDir()}
	d.run = echoes
	if err := d.MakeDir("/data/local/tmp"); err != nil {
		b.Fatal(err)
	}
	server.Attach(forgetful{d})
	c := hdc.New(hdc.Options{Addr: server.Addr(), Files: hdc.FilesByClient})
	sink := swallow(b, size)
	buffer := make([]byte, piece)
	t := newTurns(b)
	for b.Loop() {
		t.take("bare", func() error { return copyTo(sink, file, buffer) })
		t.take("send", func() error {
			_, err := c.Send(b.Context(), "forgetful", file, "/data/local/tmp/x.bin", hdc.FileOptions{NoVerify: true})
			return err
		})
	}
	t.report("send", "bare", "of-bare")
	b.ReportMetric(size/1e6/(t.median("send")/1e9), "MB/s")
}

// swallow takes size bytes of each connection and answers with one.
func swallow(b *testing.B, size int64) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	b.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			_, _ = io.CopyN(struct{ io.Writer }{io.Discard}, conn, size)
			_, _ = conn.Write([]byte{1})
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// copyTo copies a file over TCP. The kernel's own copy is kept out of it: no
// protocol with frames can use that.
func copyTo(addr, name string, buffer []byte) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{conn}, struct{ io.Reader }{file}, buffer); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, buffer[:1])
	return err
}
