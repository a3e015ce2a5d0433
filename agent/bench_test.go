// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent"
)

// BenchmarkDeliver is what Deliver costs the caller, the UI thread: the call,
// not the writing, which goes on meanwhile. The metric "of-bare" is the time of
// putting the message with a promise into a bare channel that nobody reads,
// divided by it, in the same run; the difference is mostly the waking of the
// writer.
func BenchmarkDeliver(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"1KiB", 1 << 10}, {"4KiB", 4 << 10}} {
		b.Run(c.name, func(b *testing.B) {
			a := open(b, agent.Config{Dir: b.TempDir()})
			const burst = 256
			all := make([]*agent.Delivery, burst)
			data := `{"data":"` + strings.Repeat("x", c.size) + `"}`
			type promised struct {
				data string
				done chan struct{}
			}
			bare := make(chan *promised, burst)
			b.ReportAllocs()
			var ours, theirs time.Duration
			bursts := 0
			for b.Loop() {
				start := time.Now()
				for i := range all {
					all[i] = deliver(a, data)
				}
				ours += time.Since(start)
				keep(b, all...)

				start = time.Now()
				for range burst {
					select {
					case bare <- &promised{data, make(chan struct{})}:
					default:
						b.Fatal("the bare channel is full")
					}
				}
				theirs += time.Since(start)
				for range burst {
					<-bare
				}
				bursts++
			}
			b.ReportMetric(float64(ours.Nanoseconds())/float64(bursts*burst), "deliver-ns")
			b.ReportMetric(float64(theirs)/float64(ours), "of-bare")
			b.ReportMetric(0, "ns/op") // the writing is in it
		})
	}
}
