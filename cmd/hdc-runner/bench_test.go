// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
)

// BenchmarkRun measures the main job, from the start to the written report: a
// simulated world, five devices, every cell. Compiling is not in it. The aim is
// below 5 s on 2 cores. Run it with -benchtime 3x: the first run of a freshly
// built binary is the cold one.
//
// The floor is what a run waits on purpose, windows after which a message counts
// as not seen: BenchmarkRunOneCell has none of them.
func BenchmarkRun(b *testing.B) { benchmarkRun(b) }

// BenchmarkRunOneCell is the same with one cell on one device: what world,
// workers and report cost.
func BenchmarkRunOneCell(b *testing.B) {
	benchmarkRun(b, "--label-filter", "background && phone && foreground && delivered")
}

func benchmarkRun(b *testing.B, args ...string) {
	args = append([]string{"run", "--report-dir", b.TempDir()}, args...)
	for b.Loop() {
		if code := cli.Main(args, io.Discard, b.Output()); code != 0 {
			b.Fatalf("hdc-runner %v: exit code %d", args, code)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
}
