// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// childEnv names the variable that turns the test binary into the process that
// it describes.
const childEnv = "PUSHPROOF_RESUME_CHILD"

// window is how many deliveries a child makes ahead of what its parent has
// read: it is to be killed while they flow, not when all are made.
const window = 64

// lifetime bounds a child: one that hangs is a failure, and leaves none behind.
const lifetime = 2 * time.Minute

// spec is what a child is to be. It tells its parent, a line each and before
// anything that follows: "d N" message N is being delivered, "r N" its promise
// is resolved, "x N WHY" it was rejected, "done" the hub has all; a hub tells
// its address. It ends when its input does.
type spec struct {
	Role    wire.Role `json:"role,omitempty"` // of an agent; "" is a hub
	Dir     string    `json:"dir"`
	Session string    `json:"session,omitempty"`
	Addr    string    `json:"addr,omitempty"`
	// From and To are the messages to deliver, both ends included.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
}

func child(text string) int {
	var s spec
	err := json.Unmarshal([]byte(text), &s)
	if err == nil && s.Role == "" {
		err = hubChild(s)
	} else if err == nil {
		err = agentChild(s)
	}
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

func hubChild(s spec) error {
	h, err := hub.Open(context.Background(), hub.Options{Addr: s.Addr, Dir: s.Dir, Runs: map[string][]byte{run: token}})
	if err != nil {
		return err
	}
	fmt.Println(h.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return h.Close(context.Background())
}

func agentChild(s spec) error {
	session, err := session.Parse(s.Session)
	if err != nil {
		return err
	}
	a, err := agent.New(agent.Config{Dir: s.Dir, Role: s.Role, Kit: kit{}, Session: session})
	if err != nil {
		return err
	}
	a.Start(context.Background())
	ahead := make(chan struct{}, window)
	go func() {
		in := bufio.NewReader(os.Stdin)
		for {
			if _, err := in.ReadByte(); err != nil {
				os.Exit(2) // the parent is gone
			}
			<-ahead
		}
	}()
	type made struct {
		n int
		d *agent.Delivery
	}
	all := make(chan made, window)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for m := range all {
			<-m.d.Done()
			if err := m.d.Err(); err != nil {
				fmt.Println("x", m.n, err)
			} else {
				fmt.Println("r", m.n)
			}
		}
	}()
	for n := s.From; n <= s.To; n++ {
		ahead <- struct{}{}
		fmt.Println("d", n)
		all <- made{n, deliver(a, numbered(n))}
	}
	close(all)
	<-told
	if err := a.Flush(context.Background()); err != nil {
		return err
	}
	if err := a.Close(context.Background()); err != nil {
		return err
	}
	fmt.Println("done")
	return nil
}

// process is a child as its parent sees it.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	dead  bool
}

func start(t *testing.T, s spec) *process {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.CommandContext(limited(t, lifetime), os.Args[0])}
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// kill is SIGKILL (TerminateProcess on Windows).
func (p *process) kill() {
	if !p.dead {
		_ = p.cmd.Process.Kill()
		p.wait()
	}
}

// wait returns how the process ended.
func (p *process) wait() *os.ProcessState {
	p.dead = true
	_ = p.cmd.Wait()
	return p.cmd.ProcessState
}

// tally is what children have told so far.
type tally struct {
	t        *testing.T
	made     int // the newest delivery
	resolved map[int]bool
	done     bool
}

// hear takes the next line of an agent's process; false is its end.
func (ta *tally) hear(p *process) bool {
	ta.t.Helper()
	if !p.lines.Scan() {
		return false
	}
	line := p.lines.Text()
	word, rest, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(rest)
	switch {
	case word == "d" && err == nil:
		ta.made = n
	case word == "r" && err == nil:
		ta.resolved[n] = true
		_, _ = p.in.Write([]byte{'\n'}) // one more may be made; a dead child does not mind
	case line == "done":
		ta.done = true
	default:
		ta.t.Fatalf("the process said %q", line)
	}
	return true
}
