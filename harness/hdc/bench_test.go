// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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
func (t *turns) take(way string, do func()) {
	start := time.Now()
	do()
	took := time.Since(start)
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

// run is a command that has to end well.
func (t *turns) run(c *hdc.Client, key string) {
	if _, err := c.Shell(t.Context(), key, hdc.Cmd("true")); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkOverhead is what a command costs beyond its bytes: against the same
// bytes over a bare TCP connection. "of-bare" is our speed divided by that.
func BenchmarkOverhead(b *testing.B) {
	_, c := simulate(b, hdcd.Options{}, echoes)
	line, mark := hdc.Wrap("true")
	bare := bareTCP(b, 44, 48+4+len("shell ")+len(line)+1, 2*4+len("true\n")+len(mark)+len("0\n"))
	t := newTurns(b)
	for b.Loop() {
		t.take("bare", func() { exchange(b, bare, line) })
		t.take("shell", func() { t.run(c, key) })
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
				t.take("end", func() { exchange(b, server.Addr(), line) })
				t.take("sentinel", func() { t.run(c, key) })
			}
			b.ReportMetric((t.median("end")-t.median("sentinel"))/1e6, "avoided-ms")
			t.report("sentinel", "end", "times-faster")
		})
	}
}

// BenchmarkProcess compares a command on the socket with a process of the hdc
// command each, which is how other tools do it: against the simulator, and
// against the server of this machine where a device of it may be used.
func BenchmarkProcess(b *testing.B) {
	path := realHDC(b)
	compare := func(b *testing.B, c *hdc.Client, target string) {
		t := newTurns(b)
		for b.Loop() {
			t.take("process", func() { call(b, path, c.Addr(), target) })
			t.take("socket", func() { t.run(c, target) })
		}
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

// call runs the hdc command. With -p it neither looks for nor starts a server.
func call(b *testing.B, path, addr, target string) {
	ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, path, "-p", "-s", addr, "-t", target, "shell", "true").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}

// manyDevices is how many a server has in the benchmarks of lists.
const manyDevices = 100

func attachMany(server *hdcd.Server) {
	for n := range manyDevices - 1 {
		server.Attach(&device{key: fmt.Sprintf("serial-%03d", n), run: echoes})
	}
}

// BenchmarkManyDevices lists a hundred devices, and looks at them as Watch does.
// "B/device" is what a list takes while it is read, and "held-B/device" what a
// Watch keeps between its looks.
func BenchmarkManyDevices(b *testing.B) {
	b.Run("list", func(b *testing.B) {
		server, c := simulate(b, hdcd.Options{}, echoes)
		attachMany(server)
		before := allocated()
		for b.Loop() {
			if targets, err := c.Targets(b.Context()); err != nil || len(targets) != manyDevices {
				b.Fatalf("%d targets, %v", len(targets), err)
			}
		}
		b.ReportMetric(float64(allocated()-before)/float64(b.N)/manyDevices, "B/device")
	})
	b.Run("watch", func(b *testing.B) {
		server, c := simulate(b, hdcd.Options{}, echoes)
		attachMany(server)
		w := hdc.NewLook(c)
		defer w.Close()
		before := heap()
		if n := w.Look(b.Context()); n != manyDevices {
			b.Fatalf("%d events, want %d", n, manyDevices)
		}
		for b.Loop() {
			if n := w.Look(b.Context()); n != 0 {
				b.Fatalf("%d events of devices that stay", n)
			}
		}
		b.ReportMetric(float64(int64(heap()-before))/manyDevices, "held-B/device")
	})
}
