// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestRefusals sends what an agent must not send, and wants the reason twice:
// in an error frame and in the close message.
func TestRefusals(t *testing.T) {
	shaken := func(s *speaker) {
		s.open(wire.Version)
		s.greet(hello("phone", wire.RoleMain))
	}
	for _, tc := range []struct {
		name  string
		say   func(s *speaker)
		code  string
		close int
		text  string
	}{
		{"no JSON first", func(s *speaker) { s.raw("GET / HTTP/1.1") }, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "decode"},
		{"hello first", func(s *speaker) { h := hello("phone", wire.RoleMain); s.send(&h) },
			wire.CodeOrder, websocket.CloseProtocolError, "got hello where open was due"},
		{"record first", func(s *speaker) {
			s.send(arrival(wire.Origin{Install: "i", Role: "main", Epoch: "e", Seq: 1}, "{}"))
		}, wire.CodeOrder, websocket.CloseProtocolError, "got arrival where open was due"},
		{"short nonce", func(s *speaker) { s.send(&wire.Open{Versions: []int{1}, Run: run, Nonce: "1"}) },
			wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "nonce has 1"},
		{"unknown run", func(s *speaker) { s.send(&wire.Open{Versions: []int{1}, Run: "other", Nonce: nonce}) },
			wire.CodeUnknownRun, websocket.ClosePolicyViolation, `no run "other"`},
		{"other versions", func(s *speaker) {
			s.open(2, 3)
			expect[*wire.Challenge](s) // so that the refusal can be believed
		}, wire.CodeVersion, websocket.ClosePolicyViolation, "speaks protocol version 1, the agent 2, 3; install"},
		{"no versions", func(s *speaker) { s.open(); expect[*wire.Challenge](s) },
			wire.CodeVersion, websocket.ClosePolicyViolation, "the agent none"},
		{"wrong proof", func(s *speaker) {
			s.open(wire.Version)
			expect[*wire.Challenge](s)
			h := hello("phone", wire.RoleMain)
			h.Proof = strings.Repeat("0", 64)
			s.send(&h)
		}, wire.CodeProof, websocket.ClosePolicyViolation, "proof is wrong"},
		{"the hub's proof", func(s *speaker) {
			s.open(wire.Version)
			c := expect[*wire.Challenge](s)
			h := hello("phone", wire.RoleMain)
			h.Proof = c.Proof
			s.send(&h)
		}, wire.CodeProof, websocket.ClosePolicyViolation, "proof is wrong"},
		{"no label", func(s *speaker) {
			s.open(wire.Version)
			refusedHello(s, hello("", wire.RoleMain))
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "label"},
		{"unknown role", func(s *speaker) {
			s.open(wire.Version)
			refusedHello(s, hello("phone", "daemon"))
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "unknown role"},
		{"long model", func(s *speaker) {
			s.open(wire.Version)
			h := hello("phone", wire.RoleMain)
			h.Device.Model = strings.Repeat("m", 257)
			refusedHello(s, h)
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "model has 257 bytes"},
		{"odd install", func(s *speaker) {
			s.open(wire.Version)
			h := hello("phone", wire.RoleMain)
			h.Install = "a\"b"
			refusedHello(s, h)
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "install"},
		{"hello twice", func(s *speaker) { shaken(s); h := hello("phone", wire.RoleMain); s.send(&h) },
			wire.CodeOrder, websocket.CloseProtocolError, "sends no hello after"},
		{"a command to the hub", func(s *speaker) { shaken(s); s.send(&wire.Command{ID: 1, Name: "echo"}) },
			wire.CodeOrder, websocket.CloseProtocolError, "sends no command"},
		{"no JSON later", func(s *speaker) { shaken(s); s.raw(`{"type":"arrival",`) },
			wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "decode"},
		{"binary", func(s *speaker) {
			shaken(s)
			_ = s.conn.WriteMessage(websocket.BinaryMessage, []byte("{}"))
		}, wire.CodeMalformed, websocket.CloseUnsupportedData, "text message"},
		{"too large", func(s *speaker) {
			shaken(s)
			s.raw(`{"type":"result","id":1,"value":"` + strings.Repeat("x", 2*wire.MaxFrame) + `"}`)
		}, wire.CodeTooLarge, websocket.CloseMessageTooBig, "limit of 262144"},
		{"record without origin", func(s *speaker) {
			shaken(s)
			s.raw(`{"type":"arrival","via":"IM","kind":"extension","payload":{}}`)
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "origin"},
		{"record with an odd epoch", func(s *speaker) {
			shaken(s)
			s.send(arrival(wire.Origin{Install: s.id.Install, Role: "main", Epoch: "\u2028", Seq: 1}, "{}"))
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "epoch"},
		{"record of another install", func(s *speaker) {
			shaken(s)
			s.send(arrival(wire.Origin{Install: "someone", Role: "main", Epoch: "e", Seq: 1}, "{}"))
		}, wire.CodeMalformed, websocket.CloseInvalidFramePayloadData, "another install"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t, hub.Options{})
			s := dial(t, h)
			tc.say(s)
			e := expect[*wire.Error](s)
			if e.Code != tc.code || !e.Fatal || !strings.Contains(e.Message, tc.text) {
				t.Errorf("error frame %+v, want code %s and %q", e, tc.code, tc.text)
			}
			c := s.closed()
			if c.Code != tc.close || !strings.HasPrefix(c.Text, tc.code+": ") {
				t.Errorf("closed with %d %q, want %d and a reason", c.Code, c.Text, tc.close)
			}
			if got := journaled(t, h); len(got) > 0 {
				t.Errorf("journaled %v", got)
			}
		})
	}
}

// refusedHello sends a hello whose proof is right.
func refusedHello(s *speaker, h wire.Hello) {
	c := expect[*wire.Challenge](s)
	h.Proof = wire.Proof(token, wire.SideAgent, run, nonce, c.Nonce)
	s.send(&h)
}

// TestUnknownTypeKeepsTheLink answers and goes on.
func TestUnknownTypeKeepsTheLink(t *testing.T) {
	s, _ := speak(t, open(t, hub.Options{}), hello("phone", wire.RoleMain))
	s.raw(`{"type":"novelty","x":1}`)
	if e := expect[*wire.Error](s); e.Code != wire.CodeUnknownType || e.Frame != "novelty" || e.Fatal {
		t.Errorf("answer %+v", e)
	}
	s.raw(`{"type":"arrival","origin":{"install":"install-phone","role":"main","epoch":"e","seq":1},"via":"IM","kind":"extension","payload":{},"novelty":true}`)
	s.acked(1)
}

// TestSlowHandshake is cut.
func TestSlowHandshake(t *testing.T) {
	s := dial(t, open(t, hub.Options{HandshakeTimeout: 20 * time.Millisecond}))
	if f, err := s.read(); err == nil {
		t.Errorf("got %T from a hub that should have hung up", f)
	}
}

// TestWebPages have no business at the hub.
func TestWebPages(t *testing.T) {
	h := open(t, hub.Options{})
	upgrade := "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for name, tc := range map[string]struct {
		request string
		status  int
	}{
		"agent through rport": {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:9\r\n" + upgrade, http.StatusSwitchingProtocols},
		"localhost":           {"GET /agent HTTP/1.1\r\nHost: localhost:9\r\n" + upgrade, http.StatusSwitchingProtocols},
		"IPv6":                {"GET /agent HTTP/1.1\r\nHost: [::1]:9\r\n" + upgrade, http.StatusSwitchingProtocols},
		"rebound name":        {"GET /agent HTTP/1.1\r\nHost: evil.test:9\r\n" + upgrade, http.StatusForbidden},
		"lookalike name":      {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1.evil.test\r\n" + upgrade, http.StatusForbidden},
		"foreign page":        {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:9\r\nOrigin: https://evil.test\r\n" + upgrade, http.StatusForbidden},
		"page of this port":   {fmt.Sprintf("GET /agent HTTP/1.1\r\nHost: %s\r\nOrigin: http://%[1]s\r\n", h.Addr()) + upgrade, http.StatusForbidden},
		"null origin":         {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:9\r\nOrigin: null\r\n" + upgrade, http.StatusForbidden},
		"no upgrade":          {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:9\r\n", http.StatusUpgradeRequired},
		"other path":          {"GET / HTTP/1.1\r\nHost: 127.0.0.1:9\r\n", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", h.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := conn.Write([]byte(tc.request + "\r\n")); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != tc.status {
				t.Errorf("status %d, want %d", response.StatusCode, tc.status)
			}
		})
	}
}

func TestTooManyLinks(t *testing.T) {
	h := open(t, hub.Options{MaxLinks: 1})
	speak(t, h, hello("phone", wire.RoleMain))
	if c := dial(t, h).closed(); c.Code != websocket.CloseTryAgainLater || !strings.Contains(c.Text, "1 connections") {
		t.Errorf("closed with %v", c)
	}
}

func TestOpenFails(t *testing.T) {
	h := open(t, hub.Options{Dir: filepath.Join(t.TempDir(), "hub")})
	taken := h.Addr().String()
	for name, tc := range map[string]struct {
		options hub.Options
		want    string
	}{
		"port held":         {hub.Options{Addr: taken}, "end the program that holds the port"},
		"not an address":    {hub.Options{Addr: "somewhere"}, "not an IP address"},
		"all interfaces":    {hub.Options{Addr: "0.0.0.0:0"}, "not a loopback address"},
		"another machine's": {hub.Options{Addr: "192.0.2.1:0"}, "not a loopback address"},
		"short token":       {hub.Options{Runs: map[string][]byte{"r": []byte("short")}}, "at least 16"},
		"run without id":    {hub.Options{Runs: map[string][]byte{"": token}}, "no id"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.options.Dir = t.TempDir()
			other, err := hub.Open(context.Background(), tc.options)
			if err == nil {
				shut(t, other)
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q does not say %q", err, tc.want)
			}
			var addr *hub.AddrError
			if tc.options.Addr != "" && !errors.As(err, &addr) {
				t.Errorf("got %T, want *AddrError", err)
			}
		})
	}
}

func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	open(t, hub.Options{Dir: dir})
	h, err := hub.Open(context.Background(), hub.Options{Dir: dir})
	if err == nil {
		shut(t, h)
	}
	if !errors.Is(err, journal.ErrLocked) {
		t.Errorf("Open = %v, want journal.ErrLocked", err)
	}
}
