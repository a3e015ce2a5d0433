// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// typist is somebody at an interactive shell.
type typist struct {
	talk
	server *hdcd.Server
}

// sitDown opens a shell on a device that says what it runs.
func sitDown(t *testing.T, version string) *typist {
	t.Helper()
	server := hdcd.New(hdcd.Options{Version: version, CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Attach(prompted{})
	conn := dial(t, server.Addr())
	shake(t, conn, first, 'H')
	send(t, conn, "shell")
	return &typist{talk{t, conn, bufio.NewReader(conn)}, server}
}

// prompted runs a line by saying it; sleep blocks.
type prompted struct{ quiet }

func (prompted) Shell(ctx context.Context, line string, _ io.Reader, out io.Writer) {
	_, _ = io.WriteString(out, "ran "+line+"\n")
	if strings.HasPrefix(line, "sleep") {
		<-ctx.Done()
	}
}

// press sends keys in one frame.
func (p *typist) press(keys string) {
	p.t.Helper()
	if _, err := p.conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(keys))), keys...)); err != nil {
		p.t.Fatal(err)
	}
}

// sees reads until the screen ends with text.
func (p *typist) sees(text string) {
	p.t.Helper()
	screen := ""
	for !strings.HasSuffix(screen, text) {
		screen += string(p.frame())
	}
	if screen != text {
		p.t.Errorf("the screen shows %q, want %q", screen, text)
	}
}

// over wants the end of the channel, with text before it.
func (p *typist) over(text string) {
	p.t.Helper()
	screen := ""
	for rest := p.rest(); len(rest) >= 4; {
		n := 4 + binary.BigEndian.Uint32([]byte(rest))
		screen += rest[4:n]
		rest = rest[n:]
	}
	if screen != text {
		p.t.Errorf("the screen shows %q at the end, want %q", screen, text)
	}
}

func TestAnInteractiveShell(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			p := sitDown(t, version)
			p.sees("$ ")
			p.press("ec")
			p.sees("ec")
			p.press("X\x7fho hi\r")
			p.sees("X\b \bho hi\r\nran echo hi\r\n$ ")
			p.press("\r")
			p.sees("\r\n$ ")
			p.press("half a line\x03")
			p.sees("half a line^C\r\n$ ")
			p.press("sleep 30\n")
			p.sees("sleep 30\r\nran sleep 30\r\n")
			p.press("\x03")
			p.sees("^C\r\n$ ")
			// Two lines and a part of a third at once.
			p.press("one\ntwo\nthr")
			p.sees("one\r\nran one\r\n$ two\r\nran two\r\n$ thr")
			p.press("ee\n")
			p.sees("ee\r\nran three\r\n$ ")
			p.press("exit\n")
			p.over("exit\r\n")
		})
	}
}

func TestAnInteractiveShellEnds(t *testing.T) {
	for name, end := range map[string]func(*typist){
		"by its user":   func(p *typist) { p.press("\x04") },
		"with a device": func(p *typist) { p.server.Detach(first) },
		"with a server": func(p *typist) { p.server.Close() },
		"in a command":  func(p *typist) { p.press("sleep 1\n"); p.sees("sleep 1\r\nran sleep 1\r\n"); p.server.Detach(first) },
	} {
		t.Run(name, func(t *testing.T) {
			p := sitDown(t, "")
			p.sees("$ ")
			end(p)
			p.over("")
		})
	}
	t.Run("with its client", func(t *testing.T) {
		p := sitDown(t, "")
		p.sees("$ ")
		p.press("sleep 1\n")
		p.sees("sleep 1\r\nran sleep 1\r\n")
		if err := p.conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		p.over("")
	})
}
