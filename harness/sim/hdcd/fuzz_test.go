// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
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
		files, err := transcripts.LoadFiles(version)
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range append(all, files...) {
			if sent := r.Stream(0, false); len(sent) < 8<<10 {
				f.Add(sent)
			}
		}
	}
	for _, sent := range withModes(f) {
		f.Add(sent)
	}
	server := hdcd.New(hdcd.Options{CloseDelay: -1, Host: recordedHost()})
	if err := server.Start("127.0.0.1:0"); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, sent []byte) {
		// Some commands leave files, and one takes the target offline.
		server.Attach(struct {
			quiet
			*disk
		}{quiet{}, recordedDevice()})
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

// frames returns the bodies of the frames of one command in both directions.
func frames(f testing.TB, commands ...uint16) (bodies [][]byte) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.LoadFiles(version)
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range all {
			for _, stream := range [][]byte{r.Stream(0, false), r.Stream(0, true)} {
				for len(stream) >= 6 {
					n := 4 + int(binary.BigEndian.Uint32(stream))
					if n > len(stream) {
						break
					}
					if n >= 6 && slices.Contains(commands, binary.LittleEndian.Uint16(stream[4:])) {
						bodies = append(bodies, stream[6:n])
					}
					stream = stream[n:]
				}
			}
		}
	}
	return bodies
}

// Recorded announcements are read, and written again to the byte.
func TestRecordedConfigsAreWrittenAsTheyWere(t *testing.T) {
	bodies := frames(t, fileCheck, appCheck)
	if len(bodies) < 50 {
		t.Errorf("%d announcements, want at least 50", len(bodies))
	}
	for _, body := range bodies {
		again, err := hdcd.RecodeConfig(body)
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("%q became %q (%v)", body, again, err)
		}
	}
}

// Recorded pieces are read, and their headers written again to the byte.
func TestRecordedPiecesAreWrittenAsTheyWere(t *testing.T) {
	bodies := frames(t, fileData, appData)
	if len(bodies) < 50 {
		t.Errorf("%d pieces, want at least 50", len(bodies))
	}
	for _, body := range bodies {
		again, err := hdcd.RecodePiece(body)
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("%q became %q (%v)", clip(body), clip(again), err)
		}
	}
}

// FuzzConfig wants that what can be read is written in a form that reads the
// same.
func FuzzConfig(f *testing.F) {
	for _, body := range frames(f, fileCheck, appCheck) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		once, err := hdcd.RecodeConfig(body)
		if err != nil {
			return
		}
		twice, err := hdcd.RecodeConfig(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%q became %q, then %q (%v)", body, once, twice, err)
		}
	})
}

// FuzzPiece wants no bytes from nowhere: what is read of a piece was in it.
func FuzzPiece(f *testing.F) {
	for _, body := range frames(f, fileData, appData) {
		if len(body) < 8<<10 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if again, err := hdcd.RecodePiece(body); err == nil && !bytes.Equal(again[64:], body[64:]) {
			t.Errorf("%q became %q", clip(body), clip(again))
		}
	})
}
