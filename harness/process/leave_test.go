// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/process"
)

// callEnv is an address of the test at which a caller reports.
const callEnv = "PUSHPROOF_TEST_CALL"

// caller says on standard output that it runs, and answers what the test sends
// until the test hangs up.
func caller() {
	fmt.Println("calling")
	conn, err := net.Dial("tcp", os.Getenv(callEnv))
	if err != nil {
		os.Exit(1)
	}
	_, _ = io.Copy(conn, conn)
	os.Exit(3)
}

// leaver leaves a caller behind and ends.
func leaver() {
	if _, err := leave("caller", os.Args[1]); err != nil {
		panic(err)
	}
	os.Exit(0)
}

func leave(role, path string, env ...string) (*process.Left, error) {
	output, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }()
	o, err := process.Self(role, env...)
	if err != nil {
		return nil, err
	}
	return process.Leave(o, output)
}

// answers fails the test unless whoever is at the other end is there.
func answers(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := conn.Write([]byte("there?\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "there?\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

// accept returns the next caller.
func accept(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func TestWhatIsLeftStays(t *testing.T) {
	listener, path := listen(t), filepath.Join(t.TempDir(), "output")
	o, err := process.Self("leaver", callEnv+"="+listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	o.Args = []string{path}
	parent, err := process.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	conn := accept(t, listener)
	if err := parent.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers(t, conn)
	if text, err := os.ReadFile(path); err != nil || string(text) != "calling\n" {
		t.Errorf("it printed %q, %v", text, err)
	}
}

func TestWhatIsLeftCanBeKilled(t *testing.T) {
	listener := listen(t)
	left, err := leave("caller", filepath.Join(t.TempDir(), "output"), callEnv+"="+listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn := accept(t, listener)
	answers(t, conn)
	if left.State() != nil || left.PID() <= 0 {
		t.Errorf("state %v of %d while it runs", left.State(), left.PID())
	}
	if err := left.Kill(); err != nil {
		t.Fatal(err)
	}
	<-left.Done()
	if left.State() == nil || left.State().Success() {
		t.Errorf("state %v", left.State())
	}
	if err := left.Kill(); !errors.Is(err, process.ErrEnded) {
		t.Errorf("a second time: %v", err)
	}
}

func TestHowWhatIsLeftEnded(t *testing.T) {
	listener := listen(t)
	left, err := leave("caller", filepath.Join(t.TempDir(), "output"), callEnv+"="+listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = accept(t, listener).Close()
	<-left.Done()
	if code := left.State().ExitCode(); code != 3 {
		t.Errorf("exit code %d", code)
	}
	if _, err := leave("caller", filepath.Join(t.TempDir(), "absent", "output")); err == nil {
		t.Error("no error for an output that cannot be made")
	}
	if _, err := process.Leave(process.Options{Path: filepath.Join(t.TempDir(), "absent")}, os.Stderr); err == nil {
		t.Error("no error for a program that is not there")
	}
}
