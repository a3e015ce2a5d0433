// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// turns measures several ways of doing the same by turns, so that each has the
// same machine.
type turns struct {
	*testing.B
	times map[string]*hdrhistogram.Histogram
}

func newTurns(b *testing.B) *turns {
	return &turns{b, map[string]*hdrhistogram.Histogram{}}
}

// take times one turn of a way.
func (t *turns) take(way string, do func() error) {
	start := time.Now()
	err := do()
	took := time.Since(start)
	if err != nil {
		t.Fatalf("%s: %v", way, err)
	}
	h := t.times[way]
	if h == nil {
		h = hdrhistogram.New(1, int64(time.Minute), 3)
		t.times[way] = h
	}
	if err := h.RecordValue(int64(took)); err != nil {
		t.Fatal(err)
	}
}

// median returns a way's median, in nanoseconds.
func (t *turns) median(way string) float64 { return float64(t.times[way].ValueAtPercentile(50)) }

// report gives the medians, and how much faster ours is than the other.
func (t *turns) report(ours, other, metric string) {
	for way := range t.times {
		t.ReportMetric(t.median(way)/1e3, way+"-p50-µs")
	}
	t.ReportMetric(t.median(other)/t.median(ours), metric)
	t.ReportMetric(0, "ns/op") // all together say nothing
}

// runTrue is a command that has to end well.
func runTrue(ctx context.Context, c *hdc.Client, target string) error {
	got, err := c.Shell(ctx, target, hdc.Cmd("true"))
	if err == nil && got.Exit != 0 {
		err = fmt.Errorf("exit %d: %q", got.Exit, got.Output)
	}
	return err
}

// BenchmarkOverhead is what a command costs beyond its bytes: against the same
// bytes over a bare TCP connection. "of-bare" is our speed divided by that.
func BenchmarkOverhead(b *testing.B) {
	_, c := simulate(b, hdcd.Options{}, echoes)
	line, mark := hdc.Wrap("true")
	bare := bareTCP(b, 44, 48+4+len("shell ")+len(line)+1, 2*4+len("true\n")+len(mark)+len("0\n"))
	t := newTurns(b)
	for b.Loop() {
		t.take("bare", func() error { return exchange(bare, key, "shell "+line, io.Discard) })
		t.take("shell", func() error { return runTrue(b.Context(), c, key) })
	}
	t.report("shell", "bare", "of-bare")
}

// BenchmarkDelayAvoided compares a command that returns at its sentinel with
// one that waits for the server's end, as the hdc command does. The simulator
// makes the pause that was recorded with the real programs. "small packets" is a
// target behind TCP, where the sentinel itself is held back behind the command's
// output.
func BenchmarkDelayAvoided(b *testing.B) {
	for name, o := range map[string]hdcd.Options{"usb": {}, "small packets": {SmallPackets: true}} {
		b.Run(name, func(b *testing.B) {
			server, c := simulate(b, o, echoes)
			line, _ := hdc.Wrap("true")
			t := newTurns(b)
			for b.Loop() {
				t.take("end", func() error { return exchange(server.Addr(), key, "shell "+line, io.Discard) })
				t.take("sentinel", func() error { return runTrue(b.Context(), c, key) })
			}
			b.ReportMetric((t.median("end")-t.median("sentinel"))/1e6, "avoided-ms")
			t.report("sentinel", "end", "times-faster")
		})
	}
}
