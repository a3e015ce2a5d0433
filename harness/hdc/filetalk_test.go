// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// talk plays recordings in which client and server take turns, one for each
// connection: it waits for as many of the client's frames as the recorded
// server had seen. Shell commands in between get a sentinel and no output. It
// returns its address, and what each client had sent.
func talk(t testing.TB, shell func(command string) (out string, exit int), recordings ...*transcripts.Recording) (addr string, sent <-chan []byte) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	all, ended := make(chan []byte, len(recordings)), make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			recordings = turn(conn, shell, recordings, all)
			_ = conn.Close()
		}
	}()
	return listener.Addr().String(), all
}

func turn(conn net.Conn, shell func(string) (string, int), recordings []*transcripts.Recording, sent chan<- []byte) []*transcripts.Recording {
	var greeted bool
	var got, theirs []byte
	frames := 0
	for i := 0; len(recordings) > 0 && i < len(recordings[0].Events); i++ {
		e := recordings[0].Events[i]
		switch {
		case e.Data == nil:
		case e.FromServer:
			if _, err := conn.Write(e.Data); err != nil {
				sent <- got
				return recordings[1:]
			}
			greeted = true
		default:
			theirs = append(theirs, e.Data...)
			for n := whole(theirs); frames < n; frames++ {
				f, err := readFrames(conn, 1)
				got = append(got, f...)
				if err != nil {
					sent <- got
					return recordings[1:]
				}
				if m := wrapped.FindSubmatch(bytes.TrimRight(f[4:], "\x00")); m != nil {
					answerShell(conn, shell, m)
					return recordings
				}
			}
		}
	}
	if greeted {
		sent <- got
		return recordings[1:]
	}
	// A shell command behind the last recording.
	greeting := make([]byte, 44)
	copy(greeting, "OHOS HDC\x00\x00\x00H")
	_, _ = conn.Write(append([]byte{0, 0, 0, 44}, greeting...))
	if f, err := readFrames(conn, 2); err == nil {
		if m := wrapped.FindSubmatch(bytes.TrimRight(f, "\x00")); m != nil {
			answerShell(conn, shell, m)
		}
	}
	return recordings
}

func answerShell(conn net.Conn, shell func(string) (string, int), m [][]byte) {
	out, exit := shell(string(m[1]))
	text := fmt.Sprintf("%s%s%s:%d\n", out, m[2], m[3], exit)
	_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
}

// whole counts the complete frames.
func whole(stream []byte) (n int) {
	for len(stream) >= 4 && len(stream)-4 >= int(binary.BigEndian.Uint32(stream)) {
		stream = stream[4+binary.BigEndian.Uint32(stream):]
		n++
	}
	return n
}

// bare is a device without sha256sum and stat.
func bare(string) (string, int) { return "/bin/sh: sha256sum: inaccessible or not found\n", 127 }

// keep writes a file as the recorded ones were, and returns its path.
func keep(t testing.TB, name string, size int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Repeat(unit, size/len(unit))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// inFolder is what the recorded client would have sent from another folder.
func inFolder(stream []byte, folder string) []byte {
	const recorded = "/data/work/"
	folder += string(filepath.Separator)
	var out []byte
	for len(stream) >= 4 {
		n := 4 + int(binary.BigEndian.Uint32(stream))
		f := stream[4:n]
		length := []byte{byte(len(recorded))}
		f = bytes.ReplaceAll(f, append(length, recorded...), append([]byte{byte(len(folder))}, folder...))
		f = bytes.ReplaceAll(f, []byte(`"`+recorded+`"`), []byte(`"`+folder+`"`))
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(f))), f...)
		stream = stream[n:]
	}
	return out
}

func byClient(addr string) *hdc.Client {
	return hdc.New(hdc.Options{Addr: addr, HandshakeWait: -1, Timeout: 20 * time.Second, Files: hdc.FilesByClient})
}

// wantOnly fails if a part was left beside the file.
func wantOnly(t *testing.T, local string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(local))
	for _, e := range entries {
		if e.Name() != filepath.Base(local) {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// reframe corrects the length of one frame whose text was replaced.
func reframe(data []byte, e transcripts.Event) []byte {
	if len(data) == len(e.Data) {
		return e.Data
	}
	binary.BigEndian.PutUint32(data, uint32(len(data)-4))
	return data
}
