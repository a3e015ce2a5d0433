// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// logger is a device whose log goes on until it is ended: a line comes at once,
// and another one when more says so.
type logger struct {
	plain
	more, ended chan struct{}
}

func (l logger) Shell(ctx context.Context, line string, stdin io.Reader, out io.Writer) {
	l.plain.Shell(ctx, line, stdin, out)
	if line != "hilog" {
		return
	}
	defer close(l.ended)
	select {
	case <-l.more:
		fmt.Fprintln(out, "more")
		<-ctx.Done()
	case <-ctx.Done():
	}
}

// TestARealHDCForwardsAndStreams has the SDK's own client make rules that bytes
// go through, and follow a log.
func TestARealHDCForwardsAndStreams(t *testing.T) {
	path := realHDC(t)
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			server := hdcd.New(hdcd.Options{Version: version})
			if err := server.Start("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			device := logger{more: make(chan struct{}), ended: make(chan struct{})}
			server.Attach(device)
			cli := func(args ...string) *exec.Cmd {
				return exec.CommandContext(patient(t), path, append([]string{"-p", "-s", server.Addr(), "-t", key}, args...)...)
			}
			for _, verb := range []string{"fport", "rport"} {
				far, port := echoServer(t), freePort(t)
				out, err := cli(verb, fmt.Sprintf("tcp:%d", port), fmt.Sprintf("tcp:%d", far)).CombinedOutput()
				if err != nil || !strings.Contains(string(out), "Forwardport result:OK") {
					t.Fatalf("%s: %q, %v", verb, out, err)
				}
				if err := echoed(port); err != nil {
					t.Errorf("%s: %v", verb, err)
				}
			}
			t.Run("log", func(t *testing.T) { followed(t, cli("hilog"), device) })
		})
	}
}

// followed wants each line before the next one is made, and the log on the
// device to end with its client.
func followed(t *testing.T, cmd *exec.Cmd, device logger) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	in := bufio.NewReader(out)
	for _, want := range []string{"ran hilog", "more"} {
		line, err := in.ReadString('\n')
		if strings.TrimSpace(line) != want {
			end()
			t.Fatalf("%q, %v; want %q", line, err, want)
		}
		if want == "ran hilog" {
			close(device.more)
		}
	}
	end()
	arrives(t, "the end of the log on the device", device.ended)
}
