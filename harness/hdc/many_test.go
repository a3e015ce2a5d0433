// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// manyDevices is how many a server has in the tests and benchmarks of lists.
const manyDevices = 100

// Bounds of a hundred devices, in bytes. What is seen is less than half of each.
const (
	// mostListing is what a list takes while it is read, the server's part in it.
	mostListing = 512 << 10
	// mostHeld is how much the heap may have grown by lists that are kept, and
	// by a Watch.
	mostHeld = 256 << 10
)

func attachMany(server *hdcd.Server) {
	for n := range manyDevices - 1 {
		server.Attach(&device{key: fmt.Sprintf("serial-%03d", n), run: echoes})
	}
}

// TestManyDevicesWithinBoundedMemory lists and watches a hundred devices again
// and again, while all of them leave and return.
func TestManyDevicesWithinBoundedMemory(t *testing.T) {
	server, c := simulate(t, hdcd.Options{CloseDelay: -1}, echoes)
	attachMany(server)
	keys := []string{key}
	for n := range manyDevices - 1 {
		keys = append(keys, fmt.Sprintf("serial-%03d", n))
	}
	w := hdc.NewLook(c)
	defer w.Close()
	ctx := patient(t)
	var last []hdc.Target
	round := func(want int) {
		targets, err := c.Targets(ctx)
		if err != nil || len(targets) != manyDevices {
			t.Fatalf("%d targets, %v", len(targets), err)
		}
		last = targets
		if n := w.Look(ctx); n != want {
			t.Fatalf("%d events, want %d", n, want)
		}
	}
	// The first list of a process takes what later ones use again.
	if _, err := c.Targets(ctx); err != nil {
		t.Fatal(err)
	}
	before := heap()
	round(manyDevices)
	const rounds = 50
	for range rounds {
		for _, state := range []hdcd.State{hdcd.Offline, hdcd.Connected} {
			for _, k := range keys {
				server.SetState(k, state)
			}
			round(manyDevices)
		}
	}
	if now := heap(); now > before+mostHeld {
		t.Errorf("the heap has %d bytes after %d lists and looks, %d before", now, 2*rounds+1, before)
	}
	runtime.KeepAlive(last)
	began := allocated()
	for range rounds {
		round(0)
	}
	if each := (allocated() - began) / rounds; each > mostListing {
		t.Errorf("a list and a look take %d bytes", each)
	}
}

// BenchmarkManyDevices lists a hundred devices on a connection each, against
// the same bytes over a bare one; and looks at them as Watch does, on one
// connection, against a list. "B/device" is what a way takes while it reads, and
// "held-B/device" what a Watch keeps between its looks.
func BenchmarkManyDevices(b *testing.B) {
	server, c := simulate(b, hdcd.Options{CloseDelay: -1}, echoes)
	attachMany(server)
	w := hdc.NewLook(c)
	defer w.Close()
	before := heap()
	if n := w.Look(b.Context()); n != manyDevices {
		b.Fatalf("%d events, want %d", n, manyDevices)
	}
	held := float64(int64(heap()-before)) / manyDevices
	list := func() error { return wantMany(b.Context(), c) }
	look := func() error {
		if n := w.Look(b.Context()); n != 0 {
			return fmt.Errorf("%d events of devices that stay", n)
		}
		return nil
	}
	const command = "list targets -v"
	var answer bytes.Buffer
	if err := exchange(server.Addr(), "", command, &answer); err != nil {
		b.Fatal(err)
	}
	addr := bareTCP(b, 44, 48+4+len(command)+1, answer.Len())
	bare := func() error { return exchange(addr, "", command, io.Discard) }
	ways := []struct {
		name string
		do   func() error
	}{{"bare", bare}, {"list", list}, {"look", look}}
	t := newTurns(b)
	for b.Loop() {
		for _, w := range ways {
			t.take(w.name, w.do)
		}
	}
	for _, w := range ways {
		const n = 20
		began := allocated()
		for range n {
			if err := w.do(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(allocated()-began)/n/manyDevices, w.name+"-B/device")
	}
	b.ReportMetric(held, "held-B/device")
	b.ReportMetric(t.median("list")/t.median("look"), "look-times-faster")
	t.report("list", "bare", "of-bare")
}

func wantMany(ctx context.Context, c *hdc.Client) error {
	targets, err := c.Targets(ctx)
	if err == nil && len(targets) != manyDevices {
		err = fmt.Errorf("%d targets", len(targets))
	}
	return err
}
