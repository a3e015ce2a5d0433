// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// quiet is a device that prints its command.
type quiet struct{}

func (quiet) Key() string  { return first }
func (quiet) Name() string { return "localhost" }
func (quiet) Shell(_ context.Context, command string, _ io.Reader, out io.Writer) {
	_, _ = io.WriteString(out, command)
}

// FuzzClientBytes sends what a client might, and wants whole frames and an
// end.
func FuzzClientBytes(f *testing.F) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.Load(version)
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range all {
			f.Add(r.Stream(0, false))
		}
	}
	server := hdcd.New(hdcd.Options{CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(server.Close)
	server.Attach(quiet{})
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn := dial(t, server.Addr())
		if _, err := conn.Write(sent); err != nil {
			return
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			return
		}
		got, err := io.ReadAll(conn)
		if err != nil {
			return
		}
		for len(got) > 0 {
			if len(got) < 4 || binary.BigEndian.Uint32(got) == 0 || len(got)-4 < int(binary.BigEndian.Uint32(got)) {
				t.Fatalf("the server ends inside a frame: %q", clip(got))
			}
			got = got[4+binary.BigEndian.Uint32(got):]
		}
	})
}
