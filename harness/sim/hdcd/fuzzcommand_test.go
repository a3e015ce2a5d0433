// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// FuzzCommands sends any command on a good channel of any version, with a key,
// without one, or alive, and wants whole frames, an end, and a server that goes
// on. What follows the command is typed into an interactive shell, or sent as a
// second frame.
func FuzzCommands(f *testing.F) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.Load(version)
		if err != nil {
			f.Fatal(err)
		}
		for i, r := range all {
			if r.Command != "" {
				f.Add(uint8(i), r.Key, r.Command, "")
			}
		}
	}
	for _, command := range []string{"shell", "tmode port 1", "smode -r", "target boot -recovery", "reconnect x", "start", "shell -b a b",
		`file send -b com.example "a b`, "install -p", "uninstall -n -k x", "track-jpid -a", "wait", "alive"} {
		f.Add(uint8(len(command)), first, command, "ls\n\x7f\x03\x04")
	}
	var servers []*hdcd.Server
	for _, version := range transcripts.Versions() {
		server := hdcd.New(hdcd.Options{Version: version, CloseDelay: -1, Host: recordedHost()})
		if err := server.Start("127.0.0.1:0"); err != nil {
			f.Fatal(err)
		}
		f.Cleanup(server.Close)
		servers = append(servers, server)
	}
	f.Fuzz(func(t *testing.T, choice uint8, key, command, more string) {
		server := servers[int(choice)%len(servers)]
		server.Attach(struct {
			quiet
			*disk
		}{quiet{}, recordedDevice()})
		conn := dial(t, server.Addr())
		shake(t, conn, key[:min(len(key), 31)], 'H')
		// The server may have ended the channel already.
		_, _ = conn.Write(packed(command + "\x00"))
		if more != "" {
			_, _ = conn.Write(packed(more))
		}
		if conn.(*net.TCPConn).CloseWrite() != nil {
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
		if got := ask(t, server, "", "version"); !strings.HasPrefix(got, "Ver: ") {
			t.Errorf("afterwards: %q", got)
		}
	})
}

// packed is a frame.
func packed(payload string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(payload))), payload...)
}
