// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// standInEnv makes this test binary the hdc program: its value is an address of
// the test, which is told the arguments and the port, and answers with the exit
// code and what to print.
const standInEnv = "PUSHPROOF_TEST_HDC"

func standIn(call string) int {
	conn, err := net.Dial("tcp", call)
	if err != nil {
		return 99
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "%s %s\n", os.Getenv(hdc.PortEnv), strings.Join(os.Args[1:], " "))
	var code int
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return 99
	}
	_, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	if _, err := fmt.Sscan(line, &code); err != nil {
		return 99
	}
	fmt.Println(text)
	return code
}

// program makes HDC the stand-in, with what it does when it is called.
func program(t *testing.T, does func(port, args string) string) {
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
			_ = conn.SetDeadline(time.Now().Add(patience))
			line, _ := bufio.NewReader(conn).ReadString('\n')
			port, args, _ := strings.Cut(strings.TrimSpace(line), " ")
			fmt.Fprintln(conn, does(port, args))
			_ = conn.Close()
		}
	}()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(hdc.ProgramEnv, self)
	t.Setenv(standInEnv, listener.Addr().String())
	t.Setenv("GORACE", "atexit_sleep_ms=0") // a second, where this binary looks for races
}

// free returns an address on which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func TestEnsureServerStartsOne(t *testing.T) {
	addr, calls := free(t), make(chan string, 9)
	server := hdcd.New(hdcd.Options{})
	t.Cleanup(server.Close)
	program(t, func(port, args string) string {
		calls <- args
		if err := server.Start("127.0.0.1:" + port); err != nil {
			return "1 " + err.Error()
		}
		return "0 "
	})
	c := hdc.New(hdc.Options{Addr: addr})
	if started, err := c.EnsureServer(t.Context()); !started || err != nil {
		t.Fatalf("%v, %v", started, err)
	}
	if started, err := c.EnsureServer(t.Context()); started || err != nil {
		t.Fatalf("the second time: %v, %v", started, err)
	}
	if args := arrives(t, "the call", calls); args != "start" || len(calls) != 0 {
		t.Errorf("called with %q, and %d times more", args, len(calls))
	}
}

func TestEnsureServerExplains(t *testing.T) {
	t.Run("no program", func(t *testing.T) {
		t.Setenv(hdc.ProgramEnv, "no-such-hdc-program")
		var start *hdc.StartError
		_, err := hdc.New(hdc.Options{Addr: free(t)}).EnsureServer(t.Context())
		if !errors.As(err, &start) || start.Program != "" || !strings.Contains(err.Error(), "PATH") {
			t.Errorf("%v", err)
		}
	})
	t.Run("a program that fails", func(t *testing.T) {
		program(t, func(string, string) string { return "1 [Fail][E002103] server start failed" })
		var start *hdc.StartError
		_, err := hdc.New(hdc.Options{Addr: free(t)}).EnsureServer(t.Context())
		if !errors.As(err, &start) || !strings.Contains(err.Error(), "E002103") || !strings.Contains(err.Error(), "checkserver") {
			t.Errorf("%v", err)
		}
	})
	t.Run("another machine", func(t *testing.T) {
		program(t, func(string, string) string { t.Error("the program was called"); return "0 " })
		var server *hdc.ServerError
		// No route leads there, or nobody answers: 192.0.2.0/24 is documentation.
		c := hdc.New(hdc.Options{Addr: "192.0.2.1:8710", DialTimeout: quick})
		if _, err := c.EnsureServer(t.Context()); !errors.As(err, &server) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a stranger on the port", func(t *testing.T) {
		program(t, func(string, string) string { t.Error("the program was called"); return "0 " })
		s, c := simulate(t, hdcd.Options{Fault: func(hdcd.Point) hdcd.Fault { return hdcd.Foreign }}, echoes)
		var version *hdc.VersionError
		if _, err := c.EnsureServer(t.Context()); !errors.As(err, &version) {
			t.Errorf("%v from %s", err, s.Addr())
		}
	})
}
