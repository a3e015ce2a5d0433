// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/report"
)

// maxLine bounds one event of a worker.
const maxLine = 4 << 20

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
	ways    []harness.Way
	// heard says that the worker has said something.
	heard bool
}

func (w *worker) run(ctx context.Context) report.Device {
	w.device = report.Device{Key: w.order.Key}
	w.ended = map[string]bool{}
	err := w.talk(ctx)
	w.settle(ctx, err)
	w.sweep(ctx)
	return w.device
}

// sweepLimit bounds the removal of what a worker left.
const sweepLimit = 5 * time.Second

// sweep removes the ways of a worker that did not come to its end. It has
// removed them itself otherwise.
func (w *worker) sweep(ctx context.Context) {
	if w.done {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepLimit)
	defer cancel()
	if err := harness.RemoveWays(ctx, harness.NewHDC(w.order.Config, nil), w.ways); err != nil && w.device.Error == "" {
		w.device.Error = "clean up: " + err.Error()
	}
}

// talk starts the worker and reads its events until it ends.
func (w *worker) talk(ctx context.Context) error {
	limits, err := w.options.Limits.complete()
	if err != nil {
		return err
	}
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
	dog := watch(limits.next(w), p)
	defer dog.stop()
	if err := json.NewEncoder(p.Stdin()).Encode(w.order); err != nil {
		_ = p.Kill()
		_ = p.Close(context.WithoutCancel(ctx))
		return fmt.Errorf("send the worker its order: %w", err)
	}
	finished := make(chan struct{})
	var ending sync.WaitGroup
	ending.Go(func() { w.end(ctx, p, finished) })
	err = w.read(p.Stdout(), func() { dog.pat(limits.next(w)) })
	close(finished)
	ending.Wait()
	dog.stop()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.options.Grace)
	defer cancel()
	cerr := p.Close(closing)
	if w.done {
		return nil
	}
	if err == nil {
		err = cerr
	}
	if silence := dog.bit(); silence > 0 {
		return fmt.Errorf("the worker process hung: it said nothing for %v and was killed", silence)
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

// end interrupts the worker once when ctx ends, and kills it if it does not
// finish in time.
func (w *worker) end(ctx context.Context, p *process.Process, finished <-chan struct{}) {
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

// read takes events until the last, and calls heard after each.
func (w *worker) read(r io.Reader, heard func()) error {
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
		heard()
	}
	return lines.Err()
}

func (w *worker) take(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A way is told before anything has been reached.
	w.heard = w.heard || e.Way == nil
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
	case e.Way != nil:
		w.ways = append(w.ways, *e.Way)
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
