// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fleet runs a worker process for each device and gathers what they
// find into one report.
//
// It guarantees that a worker that dies, hangs (see Limits) or talks nonsense
// costs only its own cells (they become infra) and that an interrupted run still
// has a report.
// It does not drive devices: the worker does, with package acceptance.
package fleet

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/report"
)

// Role is the value of PUSHPROOF_PROCESS in a worker.
const Role = "worker"

// Order is what a worker reads from its standard input: what to run where.
type Order struct {
	Config harness.Config `json:"config"`
	Key    string         `json:"key"`
	Run    string         `json:"run"`
	Filter string         `json:"filter,omitempty"`
	Ledger Ledger         `json:"ledger,omitzero"`
	// Simulated says that the cloud is simulated.
	Simulated bool `json:"simulated,omitempty"`
	// Verbose has the worker write Ginkgo's own output to standard error.
	Verbose bool `json:"verbose,omitempty"`
}

// Event is a line that a worker writes to its standard output.
type Event struct {
	// Device says what the device is; its cells come one by one.
	Device *report.Device `json:"device,omitempty"`
	// Planned lists the ids of the cells to run, in order.
	Planned []string `json:"planned,omitempty"`
	// Started is a cell's id.
	Started string `json:"started,omitempty"`
	// Ended is a cell's outcome.
	Ended *report.Cell `json:"ended,omitempty"`
	// Waiting says what the worker waits for.
	Waiting string `json:"waiting,omitempty"`
	// Way is one that the worker is about to make to its hub. Should the worker
	// be killed, the parent removes it.
	Way *harness.Way `json:"way,omitempty"`
	// Done is the worker's last word.
	Done bool `json:"done,omitempty"`
}

// Progress is told of a run as it goes on. Its methods are called one at a
// time.
type Progress interface {
	// Device is told what a device is, and once more at its end.
	Device(d report.Device)
	// Planned is told of the ids of the cells to run, in order.
	Planned(key string, cells []string)
	// Started is told of the id of a cell that begins.
	Started(key, cell string)
	// Waiting is told what the worker waits for.
	Waiting(key, text string)
	// Ended is told of a cell's outcome.
	Ended(key string, cell report.Cell)
	// NotRun is told of all planned cells of a device that did not begin.
	NotRun(key string, cells []report.Cell)
}

// Options say how a fleet is run.
type Options struct {
	Orders   []Order
	Progress Progress
	// Stderr receives what the workers print, each line with the device's key in
	// front; nil discards it.
	Stderr io.Writer
	// Grace is how long a worker may take to end after an interrupt, or after
	// its last event.
	Grace time.Duration
	// Limits say when a worker that says nothing has hung.
	Limits Limits
}

// Run runs all orders at once and returns a device report for each, in the
// order of Orders. When ctx ends, each worker gets one interrupt (a second one
// would make Ginkgo skip its clean-up) and is killed after Grace.
func Run(ctx context.Context, o Options) []report.Device {
	if o.Grace <= 0 {
		o.Grace = 20 * time.Second
	}
	devices := make([]report.Device, len(o.Orders))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, order := range o.Orders {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w := &worker{order: order, options: o, mu: &mu}
			devices[i] = w.run(ctx)
		}()
	}
	wg.Wait()
	return devices
}
