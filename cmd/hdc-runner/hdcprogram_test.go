// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

const (
	// hdcStandIn is the name under which this test binary is the hdc program.
	hdcStandIn = "pushproof-hdc"
	// programVar is the script's variable that names the hdc program: HDC is the
	// world's server there.
	programVar = "HDCPROGRAM"
	// noProgram is no program, for scripts that name none.
	noProgram = "no-hdc-program"
	// callVar is an address of the test, which the stand-in tells what it was
	// called with.
	callVar = "HDC_TEST_CALL"
)

// hdcProgram tells the test its port and arguments, and prints what that answers.
func hdcProgram() {
	conn, err := net.Dial("tcp", os.Getenv(callVar))
	if err != nil {
		fmt.Println(err)
		os.Exit(99)
	}
	fmt.Fprintf(conn, "%s %s\n", os.Getenv(hdc.PortEnv), strings.Join(os.Args[1:], " "))
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || answer != "\n" {
		fmt.Print(answer)
		os.Exit(1)
	}
}

// started is the server that the stand-in has started.
type started struct {
	mu     sync.Mutex
	server *hdcd.Server
}

// take returns the server and forgets it.
func (s *started) take() *hdcd.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	server := s.server
	s.server = nil
	return server
}

func cmdProgram(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "program [KEY...]")
	w, s := theWorld(ts), theStage(ts)
	begin := func(port, words string) error {
		s.started.mu.Lock()
		defer s.started.mu.Unlock()
		if words != "start" || s.started.server != nil {
			return fmt.Errorf("called with %q, a server runs: %v", words, s.started.server != nil)
		}
		server := hdcd.New(hdcd.Options{})
		for _, key := range args {
			server.Attach(w.Device(key))
		}
		s.started.server = server
		return server.Start("127.0.0.1:" + port)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	var calls sync.WaitGroup
	calls.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			port, words, _ := strings.Cut(strings.TrimSpace(line), " ")
			answer := ""
			if err := begin(port, words); err != nil {
				answer = "[Fail]" + err.Error()
			}
			fmt.Fprintln(conn, answer)
			_ = conn.Close()
		}
	})
	ts.Defer(func() {
		_ = listener.Close()
		calls.Wait()
		if server := s.started.take(); server != nil {
			server.Close()
		}
	})
	ts.Setenv(callVar, listener.Addr().String())
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if path, err := exec.LookPath(filepath.Join(dir, hdcStandIn)); err == nil {
			ts.Setenv(programVar, path)
		}
	}
	ts.Setenv("PROGRAMADDR", quietAddr(ts))
}

// quietAddr returns an address that stays free between two servers on it: below
// the ports that systems give away by themselves.
func quietAddr(ts *testscript.TestScript) string {
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if l, err := net.Listen("tcp", addr); err == nil {
			ts.Check(l.Close())
			return addr
		}
	}
	ts.Fatalf("no port is free")
	return ""
}

func cmdDown(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "down")
	server := theStage(ts).started.take()
	if server == nil {
		ts.Fatalf("no server was started")
	}
	server.Close()
}
