// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fleet runs a worker process for each device and gathers what they
// find into one report.
//
// It guarantees that a worker that dies, hangs or talks nonsense costs only its
// own cells (they become infra) and that an interrupted run still has a report.
// It does not drive devices: the worker does, with package acceptance.
package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Role is the value of PUSHPROOF_PROCESS in a worker.
const Role = "worker"

// maxLine bounds one event of a worker.
const maxLine = 4 << 20

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
	// Done is the worker's last word.
	Done bool `json:"done,omitempty"`
}

// Progress is told of a run as it goes on. Its methods are called one at a
// time.
type Progress interface {
	Device(d report.Device)
	Planned(key string, cells []string)
	Started(key, cell string)
	Waiting(key, text string)
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

// worker is the parent's side of one worker process.
type worker struct {
	order   Order
	options Options
	// mu serialises Progress over all workers.
	mu *sync.Mutex

	device  report.Device
	planned []string
	started string
	ended   map[string]bool
	done    bool
}

func (w *worker) run(ctx context.Context) report.Device {
	w.device = report.Device{Key: w.order.Key}
	w.ended = map[string]bool{}
	err := w.talk(ctx)
	w.settle(ctx, err)
	return w.device
}

// talk starts the worker and reads its events until it ends.
func (w *worker) talk(ctx context.Context) error {
	opts, err := process.Self(Role)
	if err != nil {
		return err
	}
	tail := &tailWriter{next: w.options.Stderr, prefix: "[" + w.order.Key + "] ", shared: w.mu}
	defer tail.flush()
	opts.Stderr = tail
	// The worker outlives ctx for its clean-up; Kill below bounds it.
	p, err := process.Start(context.WithoutCancel(ctx), opts)
	if err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	if err := json.NewEncoder(p.Stdin()).Encode(w.order); err != nil {
		_ = p.Kill()
		return fmt.Errorf("send the worker its order: %w", err)
	}
	finished := make(chan struct{})
	var watch sync.WaitGroup
	watch.Add(1)
	go func() {
		defer watch.Done()
		w.watch(ctx, p, finished)
	}()
	err = w.read(p.Stdout())
	close(finished)
	watch.Wait()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.options.Grace)
	defer cancel()
	cerr := p.Close(closing)
	if w.done {
		return nil
	}
	if err == nil {
		err = cerr
	}
	text := "the worker process ended before its work was done"
	if state := p.State(); state != nil {
		text += " (" + state.String() + ")"
	}
	if last := tail.last(); last != "" {
		text += "; its last words: " + last
	}
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return errors.New(text)
}

// watch interrupts the worker once when ctx ends, and kills it if it does not
// finish in time.
func (w *worker) watch(ctx context.Context, p *process.Process, finished <-chan struct{}) {
	select {
	case <-finished:
		return
	case <-ctx.Done():
	}
	_ = p.Interrupt()
	timer := time.NewTimer(w.options.Grace)
	defer timer.Stop()
	select {
	case <-finished:
	case <-timer.C:
		_ = p.Kill()
	}
}

func (w *worker) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("the worker wrote something else than events to its standard output: %w", err)
		}
		w.take(e)
		if e.Done {
			return nil
		}
	}
	return lines.Err()
}

func (w *worker) take(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.options.Progress
	switch {
	case e.Device != nil:
		cells := w.device.Cells
		w.device = *e.Device
		w.device.Cells = append(cells, e.Device.Cells...)
		for _, c := range e.Device.Cells {
			w.ended[c.ID] = true
		}
		p.Device(w.device)
	case e.Planned != nil:
		w.planned = e.Planned
		p.Planned(w.order.Key, e.Planned)
	case e.Started != "":
		w.started = e.Started
		p.Started(w.order.Key, e.Started)
	case e.Waiting != "":
		p.Waiting(w.order.Key, e.Waiting)
	case e.Ended != nil:
		w.started = ""
		w.ended[e.Ended.ID] = true
		w.device.Cells = append(w.device.Cells, *e.Ended)
		p.Ended(w.order.Key, *e.Ended)
	case e.Done:
		w.done = true
	}
}

// settle gives a verdict to each planned cell that has none. Only the cell that
// had begun, and those after it, are concerned; none of it is the app's fault.
func (w *worker) settle(ctx context.Context, err error) {
	reason, next := "the run ended before this cell", "run it again; `hdc-runner doctor` checks device and server"
	switch {
	case ctx.Err() != nil:
		reason, next = report.NotRun, "run it again, to its end"
	case err != nil:
		reason = err.Error()
	}
	if err != nil && len(w.planned) == 0 && w.device.Error == "" {
		w.device.Error = reason
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []report.Cell
	for _, id := range w.planned {
		if w.ended[id] {
			continue
		}
		cell := lost(id, reason, next)
		if id != w.started {
			left = append(left, cell)
			w.device.Cells = append(w.device.Cells, cell)
			continue
		}
		if cell.Reason = "while this cell ran: " + reason; ctx.Err() != nil {
			cell.Reason = "the run was interrupted while this cell ran"
		}
		w.device.Cells = append(w.device.Cells, cell)
		w.options.Progress.Ended(w.order.Key, cell)
	}
	if len(left) > 0 {
		w.options.Progress.NotRun(w.order.Key, left)
	}
}

// lost is the report of a cell that nobody judged. Its id says what it was.
func lost(id, reason, next string) report.Cell {
	cell := report.Cell{ID: id, Verdict: verdict.Infra, Reason: reason, Next: next}
	name, condition, _ := strings.Cut(strings.TrimSuffix(id, "]"), "[")
	cell.Condition = condition
	if parts := strings.Split(name, "/"); len(parts) == 4 {
		cell.Kind, cell.State, cell.Expect = parts[0], parts[2], parts[3]
	}
	return cell
}
