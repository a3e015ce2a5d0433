// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

const (
	// buildLimit bounds one build, scriptLimit one script: both are slow where a
	// whole suite runs beside them.
	buildLimit  = 10 * time.Minute
	scriptLimit = 5 * time.Minute
	// patience bounds a wait for something that is bound to happen.
	patience = time.Minute
)

// built are the libraries, by package and name, until TestMain removes them.
var built struct {
	sync.Mutex
	dir  string
	libs map[string]string
}

func TestMain(m *testing.M) {
	code := hosttest.Main(m)
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// library builds a package of this module for Node, once.
func library(t testing.TB, pkg, module string) string {
	t.Helper()
	compiler := hosttest.Compiler(t, toolchain.Node)
	built.Lock()
	defer built.Unlock()
	if path, done := built.libs[pkg]; done {
		return path
	}
	if built.dir == "" {
		dir, err := os.MkdirTemp("", "nativebridge-")
		if err != nil {
			t.Fatal(err)
		}
		built.dir, built.libs = dir, map[string]string{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	lib, err := toolchain.Job{
		Compiler: compiler, Root: hosttest.Root(t), Package: pkg, Module: module,
		Out: filepath.Join(built.dir, module+".node"), Work: hosttest.Work(t),
	}.Build(ctx)
	if err != nil {
		t.Fatal(err)
	}
	built.libs[pkg] = lib.Path
	return lib.Path
}

func module(t testing.TB) string { return library(t, "./nativebridge", "pushproof") }

// script is a script of testdata that runs in Node.
type script struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines chan event
	ended chan error
	said  bytes.Buffer
}

// event is a line that a script has said: an object of JSON, or what Node and
// the module print.
type event struct {
	What      string   `json:"what"`
	N         int      `json:"n"`
	Functions []string `json:"functions"`
	text      string
}

// node starts a script; it ends with the test.
func node(t testing.TB, env []string, args ...string) *script {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		hosttest.Missing(t, "node is not there: Node 20 from nodejs.org, or apt-get install nodejs")
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	s := &script{t: t, lines: make(chan event, 1<<16), ended: make(chan error, 1)}
	s.cmd = exec.CommandContext(ctx, path, args...)
	s.cmd.Dir = "testdata/node"
	s.cmd.Env = append(append(os.Environ(), "MODULE="+module(t), "VERSION="+agent.Version), env...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-gone
	})
	go func() {
		defer close(gone)
		// What a script says fits into the channel, also if nobody reads it.
		for in := bufio.NewScanner(out); in.Scan(); {
			e := event{text: in.Text()}
			if json.Unmarshal(in.Bytes(), &e) != nil {
				fmt.Fprintln(&s.said, e.text)
			}
			s.lines <- e
		}
		close(s.lines)
		s.ended <- s.cmd.Wait()
	}()
	return s
}

// hear waits until the script says a thing.
func (s *script) hear(what string) event {
	s.t.Helper()
	return s.until(what, func(e event) bool { return e.What == what })
}

// read waits until Node or the module prints a text.
func (s *script) read(text string) {
	s.t.Helper()
	s.until(text, func(e event) bool { return e.What == "" && strings.Contains(e.text, text) })
}

func (s *script) until(what string, is func(event) bool) event {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e, more := <-s.lines:
			switch {
			case !more:
				s.end()
				s.t.Fatalf("the script has ended without having said %q\n%s", what, s.said.String())
			case is(e):
				return e
			}
		case <-deadline:
			s.t.Fatalf("the script does not say %q", what)
		}
	}
}

// wait waits for the script's end.
func (s *script) wait() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	case <-time.After(scriptLimit):
		s.t.Fatal("the script does not end")
		return nil
	}
}

// end waits for the script's end, which must be a good one.
func (s *script) end() {
	s.t.Helper()
	if err := s.wait(); err != nil {
		s.t.Fatalf("node %s: %v\n%s", strings.Join(s.cmd.Args[1:], " "), err, s.said.String())
	}
}

var secret = []byte("0123456789abcdef0123456789abcdef")

func timeout(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// openHub opens a real hub.
func openHub(t testing.TB) *hub.Hub {
	t.Helper()
	h, err := hub.Open(timeout(t), hub.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := h.Register("run-1", secret); err != nil {
		t.Fatal(err)
	}
	return h
}

// want is the JSON of want.parameters with a session of the hub.
func want(t testing.TB, h *hub.Hub, label string) string {
	t.Helper()
	badge := 3
	s := session.Session{
		Hub: h.URL(), Run: "run-1", Label: label, Token: secret, Expires: time.Now().Add(time.Hour),
		Extension: &session.Answer{Title: "title {{nonce}}", Text: "text", Badge: &badge, DelayMillis: 20},
	}
	param, err := s.Param()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("{%q:%q}", session.ParamKey, param)
}

// copied copies a file to another name, and returns its path.
func copied(t testing.TB, from, name string) string {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(to, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return to
}
