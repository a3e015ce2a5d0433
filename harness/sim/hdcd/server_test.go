// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestStatesAreListedAndRefused(t *testing.T) {
	tests := []struct {
		name    string
		state   hdcd.State
		listed  string
		refused string
	}{
		{"connected", hdcd.Connected, first + "\n", ""},
		{"offline", hdcd.Offline, "[Empty]\r\n", "[Fail][E001005] Device not found or connected\r\n"},
		{"unauthorised", hdcd.Unauthorized, first + "\tUnauthorized\n", "[Fail][E000002]:The device unauthorized."},
		{"handshaking", hdcd.Ready, "[Empty]\r\n", "[Fail][E000004]:The communication channel is being established."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, hdcd.Options{CloseDelay: -1})
			if !server.SetState(first, test.state) {
				t.Fatal("the device is not attached")
			}
			if got := ask(t, server, "", "list targets"); got != test.listed {
				t.Errorf("list targets: %q, want %q", got, test.listed)
			}
			if got := ask(t, server, "", "list targets -v"); !strings.Contains(got, "\t"+string(test.state)+"\t") {
				t.Errorf("list targets -v: %q", got)
			}
			got := ask(t, server, first, "shell echo hi")
			if test.refused == "" && got != "hi\n" || !strings.HasPrefix(got, test.refused) {
				t.Errorf("shell: %q, want %q", got, test.refused)
			}
		})
	}
}

func TestStateOfNobody(t *testing.T) {
	if start(t, hdcd.Options{}).SetState("nosuchkey", hdcd.Offline) {
		t.Error("a key without a device has a state")
	}
}

func TestWhatIsNotSimulatedSaysSo(t *testing.T) {
	server := start(t, hdcd.Options{})
	for command, want := range map[string]string{
		"install -r /a.hap":  `cannot "install"`,
		"file send /a /b":    `cannot "file send"`,
		"target frob":        `cannot "target frob"`,
		"reconnect":          `cannot "reconnect"`,
		"keygen /a":          `cannot "keygen"`,
		"sideload /a":        `cannot "sideload"`,
		"shell -b com.a.b l": "[E003001] Invalid bundle name: com.a.b",
	} {
		if got := ask(t, server, first, command); !strings.HasPrefix(got, "[Fail]") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want it to hold %q", command, got, want)
		}
	}
}

func TestTooLongACommandEndsWithoutOutput(t *testing.T) {
	server := start(t, hdcd.Options{})
	if got := ask(t, server, first, "shell echo "+strings.Repeat("a", 128<<10)); got != "" {
		t.Errorf("%q", got)
	}
}

func TestStartRefuses(t *testing.T) {
	tests := []struct{ name, version, addr, want string }{
		{"an unknown version", "9.9.9z", "127.0.0.1:0", "cannot be simulated"},
		{"all interfaces", "", "0.0.0.0:0", "only a loopback address"},
		{"a name", "", "localhost:0", "only a loopback address"},
		{"no port", "", "127.0.0.1", "missing port"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := hdcd.New(hdcd.Options{Version: test.version})
			defer server.Close()
			if err := server.Start(test.addr); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
			if server.Addr() != "" {
				t.Error("it has an address")
			}
		})
	}
	server := start(t, hdcd.Options{})
	if err := server.Start("127.0.0.1:0"); err == nil {
		t.Error("it starts twice")
	}
	server.Close()
	server.Close()
}

// blocker is a device whose command runs until its context ends.
type blocker struct {
	device
	began, ended chan struct{}
}

func (b *blocker) Shell(ctx context.Context, _ string, _ io.Reader, out io.Writer) {
	_, _ = io.WriteString(out, "started\n")
	close(b.began)
	<-ctx.Done()
	close(b.ended)
}

func TestACommandEndsWithItsChannelItsDeviceAndItsServer(t *testing.T) {
	tests := []struct {
		name string
		end  func(*hdcd.Server, net.Conn)
	}{
		{"the client closes", func(_ *hdcd.Server, c net.Conn) { _ = c.Close() }},
		{"the client half-closes", func(_ *hdcd.Server, c net.Conn) { _ = c.(*net.TCPConn).CloseWrite() }},
		{"the device vanishes", func(s *hdcd.Server, _ net.Conn) { s.Detach(first) }},
		{"the device goes offline", func(s *hdcd.Server, _ net.Conn) { s.SetState(first, hdcd.Offline) }},
		{"another device takes its key", func(s *hdcd.Server, _ net.Conn) { s.Attach(&device{key: first}) }},
		{"the server ends", func(s *hdcd.Server, _ net.Conn) { s.Close() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, hdcd.Options{})
			b := &blocker{device: device{key: first, t: t}, began: make(chan struct{}), ended: make(chan struct{})}
			server.Attach(b)
			conn := dial(t, server.Addr())
			shake(t, conn, first, 'H')
			send(t, conn, "shell anything")
			<-b.began
			test.end(server, conn)
			<-b.ended
		})
	}
}

func TestNonsenseDoesNotStopTheServer(t *testing.T) {
	server := start(t, hdcd.Options{})
	for _, nonsense := range []string{"", "\x00", "GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xffx", "\x00\x00\x00\x00x",
		"\x00\x00\x00\x2cOHOS HDC", "\x00\x00\x00\x01x"} {
		conn := dial(t, server.Addr())
		if _, err := io.WriteString(conn, nonsense); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Errorf("%q: %v", nonsense, err)
		}
	}
	if got := ask(t, server, first, "shell echo hi"); got != "hi\n" {
		t.Errorf("%q", got)
	}
}
