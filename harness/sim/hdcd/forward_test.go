// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// start returns a running server with one device.
func start(t testing.TB, o hdcd.Options) *hdcd.Server {
	t.Helper()
	server := hdcd.New(o)
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Attach(&device{key: first, t: t})
	return server
}

// echo listens and answers each line with itself, until the test ends.
func echo(t *testing.T) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); _, _ = io.Copy(conn, conn) }()
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

// ports counts up from somewhere, so that no two tests of a process get one.
var ports atomic.Uint32

func init() { ports.Store(rand.Uint32N(portSpan)) }

// The ports of freePort have five digits, as recorded ones have, and lie below
// those that a system hands out by itself: another test's listener could get
// one of those before it is used.
const lowestPort, portSpan = 10000, 20000

// freePort returns a port that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	for range portSpan {
		port := strconv.Itoa(lowestPort + int(ports.Add(1)%portSpan))
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue // somebody else's
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("every port is taken")
	return ""
}

func TestForwardsCarryBytesBothWays(t *testing.T) {
	for _, verb := range []string{"fport", "rport"} {
		t.Run(verb, func(t *testing.T) {
			server := start(t, hdcd.Options{})
			port := freePort(t)
			if got := ask(t, server, first, fmt.Sprintf("%s tcp:%s tcp:%s", verb, port, echo(t))); got != "Forwardport result:OK\r\n" {
				t.Fatalf("%q", got)
			}
			for range 3 {
				conn := dial(t, "127.0.0.1:"+port)
				if _, err := io.WriteString(conn, "ping\n"); err != nil {
					t.Fatal(err)
				}
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil || line != "ping\n" {
					t.Fatalf("%q, %v", line, err)
				}
				if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				if rest, err := io.ReadAll(conn); len(rest) > 0 {
					t.Errorf("a half-close was carried: %q, %v", rest, err)
				}
			}
		})
	}
}

func TestForwardToNobodyIsOKAndThenReset(t *testing.T) {
	server := start(t, hdcd.Options{})
	port := freePort(t)
	if got := ask(t, server, first, fmt.Sprintf("rport tcp:%s tcp:%s", port, freePort(t))); got != "Forwardport result:OK\r\n" {
		t.Fatalf("%q", got)
	}
	// The reset may come before the dial has returned.
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, 5*time.Second)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection was not reset: %v", err)
	}
}

func TestRemovingARuleIgnoresTheTarget(t *testing.T) {
	server := start(t, hdcd.Options{})
	server.Attach(&device{key: second, t: t})
	port, rule := freePort(t), ""
	rule = fmt.Sprintf("tcp:%s tcp:%s", port, freePort(t))
	if got := ask(t, server, first, "fport "+rule); got != "Forwardport result:OK\r\n" {
		t.Fatalf("%q", got)
	}
	if got, want := ask(t, server, second, "fport rm "+rule), "Remove forward ruler success, ruler:"+rule+"\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second); err == nil {
		_ = conn.Close()
		t.Error("the port still listens")
	}
}

func TestDetachDropsRulesAndConnections(t *testing.T) {
	server := start(t, hdcd.Options{})
	port := freePort(t)
	ask(t, server, first, fmt.Sprintf("fport tcp:%s tcp:%s", port, echo(t)))
	conn := dial(t, "127.0.0.1:"+port)
	if _, err := io.WriteString(conn, "ping\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	server.Detach(first)
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if got := ask(t, server, "", "fport ls"); got != "[Empty]\r\n" {
		t.Errorf("%q", got)
	}
}

func TestDevicePortsBelow1024AreRefused(t *testing.T) {
	server := start(t, hdcd.Options{})
	if got := ask(t, server, first, "rport tcp:80 tcp:"+freePort(t)); !strings.HasPrefix(got, "[Fail]TCP Port listen failed at 80") {
		t.Errorf("%q", got)
	}
}
