// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// pour is a server that sends a stream to each client, whatever that says, and
// ends.
func pour(f testing.TB, next func() []byte) *hdc.Client {
	f.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	ended := make(chan struct{})
	f.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			if _, err := conn.Write(next()); err == nil {
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, conn)
			}
			_ = conn.Close()
		}
	}()
	return hdc.New(hdc.Options{Addr: listener.Addr().String(), HandshakeWait: -1, Timeout: 20 * time.Second})
}

// behind is what recorded servers sent behind their greeting.
func behind(f testing.TB, names ...string) (greeting []byte, streams [][]byte) {
	for _, version := range transcripts.Versions() {
		for _, name := range names {
			stream := loadFileOf(f, version, name).Stream(0, true)
			greeting = stream[:48]
			if len(stream) < 8<<10 {
				streams = append(streams, stream[48:])
			}
		}
	}
	return greeting, streams
}

// framed puts a length before a frame.
func framed(body string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// FuzzReceiveFolder receives what a server might send for a folder, and wants
// nothing outside of the part, and no success without the server's own word.
func FuzzReceiveFolder(f *testing.F) {
	greeting, seeds := behind(f, "file-recv-dir.cli", "file-recv-1k.cli", "file-recv-missing.cli")
	for _, seed := range seeds {
		f.Add(seed)
		// With modes, which no recording has.
		f.Add(slices.Concat(framed("\xbe\x0b\x08\xa4\x83\x02\x10\x00\x18\x00\x22\x00\x2a\x00"),
			framed("\xbf\x0b\x08\xed\x82\x01\x10\x00\x18\x00\x22\x00\x2a\x08ddir/sub"), seed))
	}
	var stream atomic.Pointer[[]byte]
	c := pour(f, func() []byte { return slices.Concat(greeting, *stream.Load()) })
	f.Fuzz(func(t *testing.T, b []byte) {
		stream.Store(&b)
		top := t.TempDir()
		err := hdc.DownloadFolder(context.Background(), c, key, "/data/local/tmp/ddir", filepath.Join(top, "part"))
		entries, readErr := os.ReadDir(top)
		if readErr != nil || len(entries) != 1 || entries[0].Name() != "part" {
			t.Fatalf("%v, %v", entries, readErr)
		}
		if err == nil && !bytes.Contains(b, []byte("\xbc\x0b\x00")) {
			t.Fatalf("%q is taken for success", b)
		}
	})
}

// FuzzSendFile sends a file to what a server might say, and wants no success
// without the server's own word.
func FuzzSendFile(f *testing.F) {
	greeting, seeds := behind(f, "file-send-1k.cli", "file-send-dir.cli", "file-send-remote-dir-missing.cli", "file-send-sync-older.cli")
	for _, seed := range seeds {
		f.Add(seed)
		f.Add(bytes.Replace(seed, framed("\xba\x0b\x05\x00\x00\x00\x00\x00\x00\x00"), slices.Concat(framed("\xbe\x0b"), framed("\xbe\x0b"),
			framed("\xba\x0b\x05\x00\x00\x00\x00\x00\x00\x00")), 1))
	}
	var stream atomic.Pointer[[]byte]
	c := pour(f, func() []byte { return slices.Concat(greeting, *stream.Load()) })
	f.Fuzz(func(t *testing.T, b []byte) {
		stream.Store(&b)
		said, err := hdc.UploadText(context.Background(), c, key, strings.Repeat("text", 100))
		if err == nil && (!strings.HasPrefix(said, "FileTransfer finish") || !bytes.Contains(b, []byte(said))) {
			t.Fatalf("%q is taken for success, of %q", said, b)
		}
	})
}
