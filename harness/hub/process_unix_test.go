// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package hub_test

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// helper starts this test binary as an agent or a hub. It ends with the test.
func helper(t *testing.T, what, arg, dir string) (cmd *exec.Cmd, stdin io.Writer, stdout *bufio.Reader) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"="+what, helperArg+"="+arg, helperDir+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, in, bufio.NewReader(out)
}

// TestSuspendedAgent stops an agent's process, as the system does with one in
// the background. It is asleep, not lost: its link stays, its socket does not
// fill, and it goes on where it was.
func TestSuspendedAgent(t *testing.T) {
	h := open(t, hub.Options{Heartbeat: 10 * time.Millisecond})
	process, stdin, _ := helper(t, "agent", h.URL(), t.TempDir())
	add := func() {
		if _, err := fmt.Fprintln(stdin); err != nil {
			t.Fatal(err)
		}
	}
	add()
	before, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return a.Heartbeats >= 4 && a.Stage != "" })
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// Sixty heartbeats pass, by the count of an agent that is awake.
	agent(t, h.URL(), "awake", nil)
	if _, err := h.WaitAgent(within(t), "awake", wire.RoleMain, func(a hub.Agent) bool { return a.Heartbeats >= 60 }); err != nil {
		t.Fatal(err)
	}
	asleep, _ := h.Agent("phone", wire.RoleMain)
	if !asleep.Connected || !asleep.Since.Equal(before.Since) || asleep.Asked.IsZero() {
		t.Errorf("the suspended agent: %+v", asleep)
	}
	add() // it finds this when it wakes
	answered := make(chan error, 1)
	go func() {
		_, err := h.Command(within(t), "phone", wire.RoleMain, wire.CmdEcho, nil)
		answered <- err
	}()
	if err := process.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, "the answer", answered); err != nil {
		t.Error(err)
	}
	for r, err := range h.Records(within(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Label() == "phone" && r.Origin().Seq == 2 {
			break
		}
	}
	awake, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return a.Heartbeats > asleep.Heartbeats+3 })
	if err != nil || !awake.Since.Equal(before.Since) {
		t.Errorf("the agent came back by another link, or not at all: %+v, %v", awake, err)
	}
}

// TestKilledHub kills the hub's process while an agent sends, and starts it
// again on the same port and folder.
func TestKilledHub(t *testing.T) {
	const kills, each = 5, 400
	dir := t.TempDir()
	addr := "127.0.0.1:0"
	var b *box
	for n := range kills + 1 {
		process, _, stdout := helper(t, "hub", addr, dir)
		line, err := stdout.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		addr = u.Host
		if b == nil {
			b = agent(t, u.String(), "phone", nil)
		}
		b.add(t, each)
		if n < kills {
			// Some of these are acknowledged, some are on their way.
			for {
				changed := b.link.Changed()
				if b.Pending() <= each*3/4 {
					break
				}
				wait(t, "an acknowledgement", changed)
			}
		} else if err := b.link.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait()
	}
	var got []uint64
	if err := hub.Replay(dir, func(r *hub.Record) error {
		got = append(got, r.Origin().Seq)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, seqs(1, (kills+1)*each)) {
		t.Errorf("%d records, want 1 to %d in order, each once", len(got), (kills+1)*each)
	}
}
