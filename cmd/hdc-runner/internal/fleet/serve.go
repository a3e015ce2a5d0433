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
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/report"
)

// closeLimit bounds the clean-up on the device.
const closeLimit = 15 * time.Second

// Serve is a worker's main function: it reads an Order from in, runs it and
// writes Events to out. The process ends when in does.
//
// Ginkgo prints to standard output wherever it is; it is led to standard error,
// and only if the order is verbose, since out carries the events.
func Serve(in io.Reader, out io.Writer) int {
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the order:", err)
		return 2
	}
	var order Order
	if err := json.Unmarshal(line, &order); err != nil {
		fmt.Fprintln(os.Stderr, "read the order:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		// The parent is gone: nobody would read another event.
		_, _ = io.Copy(io.Discard, reader)
		os.Exit(3)
	}()
	e := &emitter{enc: json.NewEncoder(out)}
	serve(ctx, order, e)
	e.emit(Event{Done: true})
	return 0
}

// emitter writes events, one at a time.
type emitter struct {
	mu  sync.Mutex
	enc *json.Encoder
}

func (e *emitter) emit(ev Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.enc.Encode(ev)
}

// Started implements acceptance.Sink.
func (e *emitter) Started(id string) { e.emit(Event{Started: id}) }

// Ended implements acceptance.Sink.
func (e *emitter) Ended(c report.Cell) { e.emit(Event{Ended: &c}) }

// serve runs one device from the first question to the last clean-up. Trouble
// that concerns the whole device is in the device's event.
func (e *emitter) way(w harness.Way) { e.emit(Event{Way: &w}) }

func serve(ctx context.Context, order Order, e *emitter) {
	d := report.Device{Key: order.Key}
	defer func() { e.emit(Event{Device: &d}) }()
	log := slog.New(slog.DiscardHandler)
	if order.Verbose {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	dir, err := harness.Journal(order.Config.ReportDir, order.Run, order.Key)
	if err != nil {
		d.Error = err.Error()
		return
	}
	ledger, closeLedger, err := order.Ledger.Open(ctx, func(o *quota.OverError) { e.emit(Event{Waiting: WaitText(o)}) })
	if err != nil {
		d.Error = err.Error()
		return
	}
	defer func() {
		if err := closeLedger(); err != nil && d.Error == "" {
			d.Error = err.Error()
		}
	}()
	session, err := harness.Open(ctx, order.Config, harness.Options{Run: order.Run, Answer: acceptance.Answer(), JournalDir: dir, Logger: log, Ledger: ledger, OnWay: e.way})
	if err != nil {
		d.Error = err.Error()
		return
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		if err := session.Close(closing); err != nil && d.Error == "" {
			d.Error = "clean up: " + err.Error()
		}
	}()
	dev, err := session.Device(ctx, order.Key)
	if err != nil {
		d.Error = err.Error()
		return
	}
	describe(&d, dev)
	plan, err := connect(ctx, order, ledger, dev, &d)
	if err != nil {
		d.Error = err.Error()
		return
	}
	d.NotPlanned, d.Cells = plan.NotPlanned, plan.Unsupported
	e.emit(Event{Device: &d})
	d.Cells = nil
	ids := make([]string, len(plan.Cells))
	for i, c := range plan.Cells {
		ids[i] = c.ID(d.Type)
	}
	e.emit(Event{Planned: ids})
	if len(plan.Cells) > 0 {
		runSpecs(order, dev, plan, e)
	}
	describe(&d, dev)
}

// describe copies what is known of the device into its report.
func describe(d *report.Device, dev *harness.Device) {
	d.Repeats, d.Notes = nil, dev.Notes()
	for _, r := range dev.Repeats() {
		d.Repeats = append(d.Repeats, report.Repeat{Nonce: r.Nonce, What: r.What})
	}
	p := dev.Profile()
	d.Type, d.Model, d.API, d.OSVersion, d.Emulator, d.Simulated = p.Type, p.Model, p.API, p.OSVersion, p.Emulator, p.Simulated
	a, ok := dev.Agent()
	if !ok {
		return
	}
	d.Agent, d.ClockOffset, d.ClockError = a.Hello.Agent, a.ClockOffset, a.ClockError
	if !a.Token.IsZero() {
		d.Token = a.Token.Fingerprint()
	}
}

// connect starts the app and plans by what its agent says. An app without an
// agent is no reason to stop: its cells say what could not be proved.
func connect(ctx context.Context, order Order, ledger *quota.Ledger, dev *harness.Device, d *report.Device) (acceptance.Plan, error) {
	target := acceptance.Target{Type: d.Type, API: d.API, Emulator: d.Emulator, Simulated: d.Simulated && order.Simulated}
	target.Budget = harness.Purse{Budget: ledger.Budget(), Payer: dev.Payer()}
	// A filter that cannot be read, or selects nothing, starts no app.
	if plan, err := acceptance.Make(ctx, acceptance.Cells(), target, order.Filter); err != nil || plan.Len() == 0 {
		return plan, err
	}
	err := dev.Connect(ctx)
	if err != nil && !errors.Is(err, harness.ErrNoAgent) {
		return acceptance.Plan{}, err
	}
	if err == nil {
		if target.SwitchOn, err = dev.NotificationsEnabled(ctx); err != nil {
			return acceptance.Plan{}, err
		}
	}
	describe(d, dev)
	// The first plan is given up, with what it cost.
	target.Budget = harness.Purse{Budget: ledger.Budget(), Payer: dev.Payer()}
	return acceptance.Make(ctx, acceptance.Cells(), target, order.Filter)
}

// failer is what Ginkgo asks of a testing.T.
type failer struct{}

// Fail does nothing: each cell's verdict has gone to the parent already.
func (failer) Fail() {}

func runSpecs(order Order, dev *harness.Device, plan acceptance.Plan, sink acceptance.Sink) {
	formatter.ColorableStdOut, formatter.ColorableStdErr = io.Discard, io.Discard
	if order.Verbose {
		formatter.ColorableStdOut, formatter.ColorableStdErr = os.Stderr, os.Stderr
	}
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.RandomSeed = 1
	// A run that skips what a device does not support is a good run.
	suite.FailOnEmpty = false
	reporter.NoColor = true
	acceptance.Declare(acceptance.Suite{
		Device: func() *harness.Device { return dev }, DeviceType: dev.Profile().Type, Plan: plan, Sink: sink,
		Wait: time.Duration(order.Ledger.Wait),
	})
	ginkgo.RunSpecs(failer{}, "pushproof "+dev.Key(), suite, reporter)
}
