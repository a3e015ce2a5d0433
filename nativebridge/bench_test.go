// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

// plain builds the add-on of testdata/bench in C.
func plain(b *testing.B) string {
	b.Helper()
	compiler, err := exec.LookPath("cc")
	if err != nil {
		hosttest.Missing(b, "cc is not there: apt-get install gcc")
	}
	out := filepath.Join(b.TempDir(), "plain.node")
	ctx, cancel := context.WithTimeout(b.Context(), buildLimit)
	defer cancel()
	said, err := exec.CommandContext(ctx, compiler, "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-pthread",
		"-Wl,--unresolved-symbols=ignore-all", "-Inapi", "-o", out, "testdata/bench/plain.c").CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	return out
}

func floor(b *testing.B) string { return library(b, "./nativebridge/testdata/bench/floor", "floor") }

func pure(b *testing.B) string { return library(b, "./nativebridge/testdata/bench/purego", "purego") }

// peer is a process of Node with one library.
type peer struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

func newPeer(b *testing.B, library string) *peer {
	b.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		hosttest.Missing(b, "node is not there: Node 20 from nodejs.org, or apt-get install nodejs")
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	cmd := exec.CommandContext(ctx, path, "--expose-gc", "testdata/bench/bench.mjs")
	cmd.Env = append(os.Environ(), "MODULE="+library, "FILES="+b.TempDir())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		defer cancel()
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	return &peer{in: in, out: lines}
}

// measure has the process measure something, and returns the numbers.
func (p *peer) measure(b *testing.B, what, name string, rounds int) []float64 {
	b.Helper()
	if _, err := fmt.Fprintln(p.in, what, name, rounds); err != nil {
		b.Fatal(err)
	}
	if !p.out.Scan() {
		b.Fatalf("the process ended instead of measuring %s %s: %v", what, name, p.out.Err())
	}
	var numbers []float64
	if err := json.Unmarshal(p.out.Bytes(), &numbers); err != nil {
		b.Fatal(err)
	}
	return numbers
}

// series collects numbers by name, measured by turns.
type series map[string][]float64

// at returns a percentile.
func (s series) at(name string, percent int) float64 {
	all := slices.Sorted(slices.Values(s[name]))
	return all[min(len(all)-1, len(all)*percent/100)]
}

// turn is one of several measures that take turns.
type turn struct {
	name    string
	peer    *peer
	what    string
	subject string
	rounds  int
}

// take lets them take turns for as long as the benchmark runs. The first round
// of each, which warms the engine's compiler, does not count.
func take(b *testing.B, turns []turn) series {
	b.Helper()
	all := series{}
	for first := true; b.Loop(); first = false {
		for _, t := range turns {
			if first {
				t.peer.measure(b, t.what, t.subject, t.rounds)
			}
			all[t.name] = append(all[t.name], t.peer.measure(b, t.what, t.subject, t.rounds)...)
		}
	}
	b.ReportMetric(0, "ns/op") // all of them together say nothing
	return all
}

// BenchmarkDeliver is what deliver of 200 bytes costs the JavaScript thread, by
// turns with an add-on in plain C that copies the same, with what the crossing
// into Go costs by itself, without and with a promise that is resolved, with an
// add-on that makes all calls by purego and with those that start a thread for
// each call, which enters Go or not, and join it. Each "of-" is the other's time
// divided by ours, of medians of bursts of 256 calls. "alone" is one call with
// nothing else under way, which has to wake the writer.
func BenchmarkDeliver(b *testing.B) {
	c, bare := newPeer(b, plain(b)), newPeer(b, floor(b))
	ours := newPeer(b, module(b))
	all := take(b, []turn{
		{"deliver", ours, "sync", "deliver", 40},
		{"alone", ours, "alone", "deliver", 50},
		{"c-alone", c, "alone", "copy", 50},
		{"c", c, "sync", "copy", 40},
		{"floor", bare, "sync", "nothing", 40},
		{"promise", bare, "sync", "promise", 40},
		{"purego", newPeer(b, pure(b)), "sync", "copy", 40},
		{"c-thread", c, "sync", "joined", 1},
		{"go-thread", bare, "sync", "joined", 1},
	})
	deliver := all.at("deliver", 50)
	b.ReportMetric(deliver, "deliver-ns")
	b.ReportMetric(all.at("alone", 50), "alone-ns")
	b.ReportMetric(all.at("c-alone", 50)/all.at("alone", 50), "alone-of-c")
	for _, name := range []string{"c", "floor", "promise", "purego", "c-thread", "go-thread"} {
		b.ReportMetric(all.at(name, 50)/deliver, "of-"+name)
		b.ReportMetric(all.at(name, 50), name+"-ns")
	}
}

// BenchmarkPromise is the time from a call of deliver to the continuation of its
// promise, when the record is with the kernel, by turns with a promise that a
// goroutine resolves at once.
func BenchmarkPromise(b *testing.B) {
	all := take(b, []turn{
		{"kernel", newPeer(b, module(b)), "settled", "deliver", 200},
		{"bare", newPeer(b, floor(b)), "settled", "later", 200},
	})
	percentiles(b, all, "kernel", "bare")
}

// BenchmarkCallback is the time from a goroutine's call of a JavaScript function
// to that function, by turns with a thread in plain C.
func BenchmarkCallback(b *testing.B) {
	all := take(b, []turn{
		{"go", newPeer(b, floor(b)), "called", "-", 200},
		{"c", newPeer(b, plain(b)), "called", "-", 200},
	})
	percentiles(b, all, "go", "c")
}

func percentiles(b *testing.B, all series, ours, bare string) {
	b.Helper()
	for _, percent := range []int{50, 99} {
		for _, name := range []string{ours, bare} {
			b.ReportMetric(all.at(name, percent)/1e3, fmt.Sprintf("%s-p%d-µs", name, percent))
		}
		b.ReportMetric(all.at(bare, percent)/all.at(ours, percent), fmt.Sprintf("p%d-of-%s", percent, bare))
	}
}

// BenchmarkLoad is what a process of Node pays for opening the module: the time
// of process.dlopen, and the resident bytes that it and the start of an agent
// add, by turns with a library that has Go's runtime and nothing else.
func BenchmarkLoad(b *testing.B) {
	all := series{}
	libs := map[string]string{"module": module(b), "bare": floor(b)}
	for b.Loop() {
		for name, path := range libs {
			m := newPeer(b, path).measure(b, "load", "-", 1)
			all[name] = append(all[name], m[0])
			all[name+" loaded"] = append(all[name+" loaded"], m[1])
			all[name+" started"] = append(all[name+" started"], m[2])
		}
	}
	info, err := os.Stat(libs["module"])
	if err != nil {
		b.Fatal(err)
	}
	const mb = 1 << 20
	b.ReportMetric(float64(info.Size())/mb, "library-MiB")
	b.ReportMetric(all.at("module", 50)/1e6, "dlopen-ms")
	b.ReportMetric(all.at("bare", 50)/1e6, "bare-dlopen-ms")
	b.ReportMetric(all.at("module loaded", 50)/mb, "rss-loaded-MiB")
	b.ReportMetric(all.at("module started", 50)/mb, "rss-started-MiB")
	b.ReportMetric(all.at("bare loaded", 50)/mb, "bare-rss-MiB")
	b.ReportMetric(0, "ns/op") // starting Node is in it
}
