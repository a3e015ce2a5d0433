// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// way is one of several ways to run true on a target.
type way struct {
	name string
	run  func(context.Context) error
}

// waysToRun are a process of the hdc command, which is how other tools do it; a
// connection that waits for the server's end, as that process does; and ours.
func waysToRun(program string, c *hdc.Client, target string) []way {
	return []way{
		{"process", func(ctx context.Context) error { return runProcess(ctx, program, c.Addr(), target) }},
		{"end", func(context.Context) error { return runToTheEnd(c.Addr(), target) }},
		{"socket", func(ctx context.Context) error { return runTrue(ctx, c, target) }},
	}
}

// runProcess runs the hdc command, which ends with 0 also where the server
// refuses. With -p it neither looks for nor starts a server.
func runProcess(ctx context.Context, program, addr, target string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "-p", "-s", addr, "-t", target, "shell", "true").CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("[Fail]")) {
		return fmt.Errorf("%s: %q, %v", program, out, err)
	}
	return nil
}

func runToTheEnd(addr, target string) error {
	line, mark := hdc.Wrap("true")
	var out bytes.Buffer
	if err := exchange(addr, target, "shell "+line, &out); err != nil {
		return err
	}
	if !bytes.Contains(out.Bytes(), []byte(mark+"0")) {
		return fmt.Errorf("the command did not run: %q", out.Bytes())
	}
	return nil
}

// BenchmarkProcess compares a command that returns at its sentinel with one that
// waits for the server's end, and with a process each: against the simulator,
// and against the server of this machine where a device of it may be used.
func BenchmarkProcess(b *testing.B) {
	program := realHDC(b)
	compare := func(b *testing.B, c *hdc.Client, target string) {
		t := newTurns(b)
		for b.Loop() {
			for _, w := range waysToRun(program, c, target) {
				t.take(w.name, func() error { return w.run(b.Context()) })
			}
		}
		b.ReportMetric((t.median("end")-t.median("socket"))/1e6, "avoided-ms")
		b.ReportMetric(t.median("end")/t.median("socket"), "times-faster-than-the-end")
		t.report("socket", "process", "times-faster")
	}
	b.Run("simulator", func(b *testing.B) {
		_, c := simulate(b, hdcd.Options{}, echoes)
		compare(b, c, key)
	})
	b.Run("device", func(b *testing.B) {
		target := os.Getenv(targetEnv)
		if target == "" {
			b.Skipf("no device: name one of the hdc server at %s in %s; only true is run on it", hdc.DefaultAddr(), targetEnv)
		}
		compare(b, hdc.New(hdc.Options{}), target)
	})
}

// TestEachWayRunsTheCommand has the stand-in for the hdc program, which ends
// with 0 in any case: what the benchmark compares runs the command once, on the
// target that was named, and says where it did not.
func TestEachWayRunsTheCommand(t *testing.T) {
	t.Setenv(hdc.PortEnv, "1") // which -s overrules
	for _, o := range []hdcd.Options{{}, {LongGreeting: true}, {Version: "2.0.0a"}} {
		o.CloseDelay = -1
		server, c := simulate(t, o, func(context.Context, string, io.Writer) int { t.Error("it ran on another target"); return 1 })
		const other = "serial-2"
		var runs atomic.Int32
		server.Attach(&device{key: other, run: func(ctx context.Context, command string, out io.Writer) int {
			runs.Add(1)
			return echoes(ctx, command, out)
		}})
		program(t, func(_, args string) string {
			rest, ok := strings.CutPrefix(args, "-p -s "+server.Addr()+" -t ")
			target, command, _ := strings.Cut(rest, " ")
			if !ok || command != "shell true" {
				return "1 called with " + args
			}
			if err := runTrue(t.Context(), c, target); err != nil {
				return "0 [Fail]" + err.Error()
			}
			return "0 "
		})
		for i, w := range waysToRun(realHDC(t), c, other) {
			if err := w.run(t.Context()); err != nil || runs.Load() != int32(i+1) {
				t.Errorf("%s: %v, %d runs", w.name, err, runs.Load())
			}
		}
		for _, w := range waysToRun(realHDC(t), c, "nosuchkey") {
			if err := w.run(t.Context()); err == nil {
				t.Errorf("%s: no error of a target that is not there", w.name)
			}
		}
	}
}
