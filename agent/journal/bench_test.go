// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
)

// The metric "of-bare" is how fast os.File.Write writes the same bytes, header
// included, in the same run, divided into how fast Append does.
func BenchmarkAppend(b *testing.B) {
	for _, bc := range []struct {
		name        string
		batch, size int
	}{
		{"single/1KiB", 1, 1 << 10},
		{"single/4KiB", 1, 4 << 10},
		{"batch100/1KiB", 100, 1 << 10},
	} {
		b.Run(bc.name, func(b *testing.B) {
			batch := make([][]byte, bc.batch)
			for i := range batch {
				batch[i] = bytes.Repeat([]byte{byte(i)}, bc.size)
			}
			n := bc.batch * (bc.size + headerSize)
			j := open(b, b.TempDir(), journal.Options{MaxBytes: 64 << 20})
			bare, err := os.Create(b.TempDir() + "/bare")
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = bare.Close() }()
			raw := make([]byte, n)

			b.SetBytes(int64(n))
			b.ReportAllocs()
			var ours, theirs time.Duration
			var written int64
			for b.Loop() {
				start := time.Now()
				if _, err := j.Append(batch...); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				if _, err := bare.Write(raw); err != nil {
					b.Fatal(err)
				}
				theirs += time.Since(middle)
				ours += middle.Sub(start)
				if written += int64(n); written > 64<<20 {
					written = 0
					if err := bare.Truncate(0); err != nil {
						b.Fatal(err)
					}
					if _, err := bare.Seek(0, 0); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(ours)/float64(b.N), "append-ns")
			b.ReportMetric(float64(theirs)/float64(ours), "of-bare")
		})
	}
}
