// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestIdleConnections end: a program that found the port keeps nothing open.
func TestIdleConnections(t *testing.T) {
	h := open(t, hub.Options{HandshakeTimeout: 50 * time.Millisecond})
	for name, tc := range map[string]struct {
		request string
		status  int // 0 for no answer
	}{
		"says nothing":          {"", 0},
		"stops in the header":   {"GET /agent HTTP/1.1\r\nHost: 127", 0},
		"stops in the body":     {"POST / HTTP/1.1\r\nHost: 127.0.0.1:9\r\nContent-Length: 9\r\n\r\nabc", http.StatusNotFound},
		"stays after an answer": {"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n", http.StatusUpgradeRequired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", h.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(patience))
			if _, err := io.WriteString(conn, tc.request); err != nil {
				t.Fatal(err)
			}
			in := bufio.NewReader(conn)
			if tc.status != 0 {
				response, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != tc.status {
					t.Errorf("status %d, want %d", response.StatusCode, tc.status)
				}
			}
			_, err = io.Copy(io.Discard, in)
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("the hub keeps the connection open")
			}
		})
	}
}

// TestLinksOutliveTheServersTimeouts: those are for connections that are none.
func TestLinksOutliveTheServersTimeouts(t *testing.T) {
	h := open(t, hub.Options{HandshakeTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second, Heartbeat: 50 * time.Millisecond})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	idle, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	// Once this one has ended, the link is older than every timeout.
	_ = idle.SetDeadline(time.Now().Add(patience))
	if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the idle connection: %v, want its end", err)
	}
	s.raw(`{"type":"arrival","origin":{"install":"install-phone","role":"main","epoch":"e","seq":1},"via":"IM","kind":"extension","payload":{}}`)
	s.acked(1)
}
