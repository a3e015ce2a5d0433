// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

const key = "127.0.0.1:5555"

// recorded answers connections with a recorded server's bytes, a recording
// each; the last one goes on for all that follow.
type recorded struct {
	addr string
	// status is appended to a shell's output as the sentinel's exit status;
	// empty means no sentinel.
	status string

	mu   sync.Mutex
	sent [][]byte
}

// play starts a server that plays the recordings.
func play(t testing.TB, status string, recordings ...*transcripts.Recording) *recorded {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &recorded{addr: listener.Addr().String(), status: status}
	ended := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.serve(conn, recordings[min(n, len(recordings)-1)])
		}
	}()
	return p
}

// nonce finds the sentinel's two halves in a wrapped command.
var nonce = regexp.MustCompile(`echo (pp-\w+)''(\w+):\$s\x00$`)

func (p *recorded) serve(conn net.Conn, r *transcripts.Recording) {
	defer func() { _ = conn.Close() }()
	// The client's patience ends first.
	_ = conn.SetDeadline(time.Now().Add(2 * patience))
	stream := r.Stream(0, true)
	in := bufio.NewReader(conn)
	var sent []byte
	if _, err := conn.Write(stream[:48]); err != nil {
		return
	}
	for range 2 {
		head, err := in.Peek(4)
		if err != nil {
			return
		}
		f := make([]byte, 4+binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(in, f); err != nil {
			return
		}
		sent = append(sent, f...)
	}
	p.mu.Lock()
	p.sent = append(p.sent, sent)
	p.mu.Unlock()
	if _, err := conn.Write(stream[48:]); err != nil {
		return
	}
	if m := nonce.FindSubmatch(sent); m != nil && p.status != "" {
		line := string(m[1]) + string(m[2]) + ":" + p.status + "\n"
		_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(line))), line...))
		// The client leaves at the sentinel, without waiting for an end.
		_, _ = io.Copy(io.Discard, in)
		return
	}
	if !r.ServerEnds(0) {
		_, _ = io.Copy(io.Discard, in)
	}
}

// commands returns what the clients sent, the handshakes included.
func (p *recorded) commands() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

func client(addr string) *hdc.Client {
	return hdc.New(hdc.Options{Addr: addr, HandshakeWait: -1, Timeout: 20 * time.Second})
}

// output returns the text that the recorded server sent after its greeting.
func output(r *transcripts.Recording) []byte {
	var text []byte
	for stream := r.Stream(0, true)[48:]; len(stream) > 0; {
		n := 4 + binary.BigEndian.Uint32(stream)
		text = append(text, stream[4:n]...)
		stream = stream[n:]
	}
	return text
}

// TestClientSendsWhatTheRecordedClientSent compares the bytes of the commands
// that have no sentinel.
func TestClientSendsWhatTheRecordedClientSent(t *testing.T) {
	calls := map[string]func(*hdc.Client) error{
		"version.raw":        func(c *hdc.Client) error { _, err := c.Version(t.Context()); return err },
		"checkserver.raw":    func(c *hdc.Client) error { _, err := c.CheckServer(t.Context()); return err },
		"list-targets-v.raw": func(c *hdc.Client) error { _, err := c.Targets(t.Context()); return err },
		"fport-ls-one.raw":   func(c *hdc.Client) error { _, err := c.Forwards(t.Context()); return err },
	}
	for _, version := range transcripts.Versions() {
		for name, call := range calls {
			t.Run(version+"/"+name, func(t *testing.T) {
				r := load(t, version, name)
				p := play(t, "", r)
				if err := call(client(p.addr)); err != nil {
					t.Fatal(err)
				}
				if got := p.commands(); len(got) != 1 || !bytes.Equal(got[0], r.Stream(0, false)) {
					t.Errorf("sent %q, the recorded client %q", got, r.Stream(0, false))
				}
			})
		}
	}
}

// TestRuleSendsWhatTheRecordedClientSent compares the commands that make and
// remove a rule, each behind a look at the list.
func TestRuleSendsWhatTheRecordedClientSent(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			add, remove := load(t, version, "rport-ok.raw"), load(t, version, "fport-rm-ok.raw")
			p := play(t, "", load(t, version, "fport-ls-none.raw"), add, remove)
			rule, err := client(p.addr).Reverse(t.Context(), key, 18841, 18842)
			if err != nil {
				t.Fatal(err)
			}
			if err := rule.Remove(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := p.commands()
			if len(got) != 3 || !bytes.Equal(got[1], add.Stream(0, false)) {
				t.Errorf("sent %q, the recorded client %q", got, add.Stream(0, false))
			}
			if want := "fport rm tcp:18841 tcp:18842\x00"; len(got) == 3 && !bytes.HasSuffix(got[2], []byte(want)) {
				t.Errorf("sent %q, want %q at the end", got[2], want)
			}
		})
	}
}
