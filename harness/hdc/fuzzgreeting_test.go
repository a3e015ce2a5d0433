// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// FuzzGreeting reads what a server might greet with; what is answered has the
// greeting's size and banner, and the whole key.
func FuzzGreeting(f *testing.F) {
	for _, version := range transcripts.Versions() {
		greeting := load(f, version, "version.raw").Stream(0, true)[4:48]
		f.Add(greeting, "")
		f.Add(greeting, "127.0.0.1:5555")
		f.Add(append(bytes.Clone(greeting), append([]byte("Ver: "+version), make([]byte, 64-11)...)...), "FMR0223C13000649")
		f.Add(greeting[:43], "any")
	}
	f.Fuzz(func(t *testing.T, greeting []byte, key string) {
		if key != "" && hdc.CheckKey(key) != nil {
			return
		}
		answer, err := hdc.AnswerGreeting(greeting, key)
		if err != nil {
			return
		}
		if len(answer) != len(greeting) || len(answer) != 44 && len(answer) != 108 {
			t.Fatalf("%d bytes answer %d", len(answer), len(greeting))
		}
		if !bytes.Equal(answer[:12], greeting[:12]) || !bytes.Equal(answer[44:], greeting[44:]) {
			t.Errorf("%q answers %q: it repeats neither banner nor version", answer, greeting)
		}
		if got := string(bytes.TrimRight(answer[12:44], "\x00")); got != key || answer[43] != 0 {
			t.Errorf("the key is %q, want %q", got, key)
		}
	})
}

// FuzzLocalAnswers plays any bytes behind a good greeting as the answer to each
// of the server's own commands: every call ends, and what is given back makes
// sense.
func FuzzLocalAnswers(f *testing.F) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"version.raw", "checkserver.raw", "list-targets-v.raw", "fport-ls-two.raw", "fport-rm-ok.raw", "tconn-ok.raw",
			"tconn-refused.raw", "rport-ok.raw", "rport-port-busy.raw", "shell-wrong-key.raw", "alive-session.raw"} {
			f.Add(load(f, version, name).Stream(0, true)[48:])
		}
	}
	f.Add([]byte("\x00\x00\x00\x00x"))
	f.Add([]byte("\x7f\xff\xff\xffx"))
	greeting := load(f, "3.2.0f", "version.raw").Stream(0, true)[:48]
	f.Fuzz(func(t *testing.T, answer []byte) {
		c := client(scripted(t, append(bytes.Clone(greeting), answer...)))
		if targets, err := c.Targets(t.Context()); err == nil {
			for _, target := range targets {
				if target.Key == "" {
					t.Errorf("a target without a key: %+v", target)
				}
			}
		}
		if rules, err := c.Forwards(t.Context()); err == nil {
			for _, rule := range rules {
				if rule.Key == "" || rule.Host < 1 || rule.Device < 1 {
					t.Errorf("a rule without an end: %v", rule)
				}
			}
		}
		v, err := c.Version(t.Context())
		if err == nil && (v.Fix < 'a' || v.Fix > 'z') {
			t.Errorf("version %v", v)
		}
		_, _ = c.CheckServer(t.Context())
		_, _ = c.Reverse(t.Context(), key, 20001, 20002)
		_ = c.Connect(t.Context(), key)
		w := hdc.NewLook(c)
		defer w.Close()
		for range 2 {
			w.Look(t.Context())
		}
		if _, err := c.Stream(patient(t), key, hdc.Cmd("true"), func([]byte) error { return nil }); err == nil {
			t.Error("success without a sentinel")
		}
	})
}

// scripted is a server that sends the same bytes to everybody, ends, and reads
// what comes. It returns its address.
func scripted(t testing.TB, stream []byte) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			go func() {
				_ = conn.SetDeadline(time.Now().Add(patience))
				_, _ = conn.Write(stream)
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}
