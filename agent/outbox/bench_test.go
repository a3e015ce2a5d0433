// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"os"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// The metric "of-bare" compares with encoding the same frame and writing it
// with os.File.Write, in the same run.
func BenchmarkAdd(b *testing.B) {
	o, err := outbox.Open(b.TempDir(), outbox.Options{Install: "install", Role: wire.RoleMain})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	bare, err := os.Create(b.TempDir() + "/bare")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = bare.Close() }()
	f := arrival("{\"type\":\"BACKGROUND\",\"data\":\"{\\\"order\\\":7}\"}")
	f.Via = push.Background

	b.ReportAllocs()
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		origin, err := o.Add(f)
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		if origin.Seq%256 == 0 {
			if err := o.Acked(origin); err != nil {
				b.Fatal(err)
			}
		}
		start = time.Now()
		raw, err := wire.Encode(f)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := bare.Write(raw); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(b.N), "add-ns")
	b.ReportMetric(float64(theirs)/float64(ours), "of-bare")
}
