// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package callback posts delivery receipts (V2) to the address that an app's
// developer configured, as Push Cloud does: batches of at most 100 statuses,
// signed, repeated with back-off until the receiver takes them.
//
// It guarantees that Add never waits, that statuses are posted in the order in
// which they were added, one post at a time, that a post is repeated unchanged
// but for its signature, that the receiver's certificate is verified, and that
// no Push Token, key or answer reaches an error or a log.
//
// It does not guarantee delivery: what a full queue refuses, what no attempt
// got through and what is left at Close is lost, and counted. How the real
// service batches, repeats and gives up is not documented (claims
// cloud.receipt-batch, cloud.receipt-retry).
package callback

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// batchMax is how many statuses a post holds at most.
var batchMax = int(fixtures.LimitOf("receipt.statuses.max"))

// The pauses between attempts, by the simulated clock, before jitter.
const (
	firstPause = time.Second
	longPause  = 5 * time.Minute
)

// State is what became of the statuses.
type State struct {
	// Place is the URL without what may be secret in it.
	Place string `json:"url"`
	// Waiting counts statuses that are queued or under way.
	Waiting int `json:"waiting"`
	// Posted counts those that the receiver took.
	Posted int `json:"posted"`
	// Lost counts those that were refused by a full queue or given up.
	Lost int `json:"lost"`
	// Posts counts attempts, the failed ones included.
	Posts int `json:"posts"`
	// LastError is why the last attempt failed, "" if it did not.
	LastError string `json:"lastError,omitempty"`
}

// Poster posts to one address. Its methods may be called from any goroutine.
type Poster struct {
	config Config
	url    *url.URL
	signer *signer
	client *http.Client
	clock  sim.Clock
	log    *slog.Logger

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	queue   []Status
	epoch   int // grows with each Reset: a batch of an older one is nobody's
	working bool
	closed  bool
	state   State
	changed chan struct{}
}

// New makes a poster, which does nothing until something is added. Pauses
// between attempts run on the clock. Close it.
func New(c Config, clock sim.Clock, log *slog.Logger) (*Poster, error) {
	c = c.withDefaults()
	p := &Poster{config: c, clock: clock, log: log, changed: make(chan struct{})}
	var err error
	if p.url, err = c.target(); err != nil {
		return nil, err
	}
	if p.signer, err = c.signer(); err != nil {
		return nil, err
	}
	if p.client, err = c.client(); err != nil {
		return nil, err
	}
	p.state.Place = place(p.url)
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p, nil
}

// Add queues a status, or reports false if the queue is full or the poster
// closed.
func (p *Poster) Add(s Status) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.queue) >= p.config.QueueLimit {
		p.state.Lost++
		return false
	}
	p.queue = append(p.queue, s)
	p.state.Waiting++
	if !p.working {
		p.working = true
		p.work.Add(1)
		go p.serve()
	}
	return true
}

// serve posts until nothing waits.
func (p *Poster) serve() {
	defer p.work.Done()
	for {
		batch, epoch := p.take()
		if batch == nil {
			return
		}
		err := p.post(batch, epoch)
		p.mu.Lock()
		if epoch == p.epoch {
			p.queue = p.queue[len(batch):]
			p.state.Waiting -= len(batch)
			if err == nil {
				p.state.Posted += len(batch)
			} else {
				p.state.Lost += len(batch)
			}
		}
		p.wake()
		p.mu.Unlock()
	}
}

// take returns the head of the queue, where it stays until its fate is known,
// or ends the work.
func (p *Poster) take() ([]Status, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.queue) == 0 {
		p.state.Lost += len(p.queue)
		p.state.Waiting, p.working, p.queue = 0, false, nil
		p.wake()
		return nil, 0
	}
	return p.queue[:min(len(p.queue), batchMax)], p.epoch
}

// post repeats one batch until it is taken, given up, or nobody's any more.
func (p *Poster) post(batch []Status, epoch int) error {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval: firstPause, MaxInterval: longPause,
		Multiplier: 2, RandomizationFactor: 0.5,
	}
	pauses.Reset()
	body := encode(batch)
	for attempt := 1; ; attempt++ {
		err := p.send(body)
		if p.note(err, epoch) {
			return err
		}
		if attempt == p.config.Attempts {
			err = fmt.Errorf("%d receipts given up after %d posts: %w", len(batch), attempt, err)
			p.log.Warn("receipts lost", "url", p.state.Place, "error", err)
			return err
		}
		pause := pauses.NextBackOff()
		p.log.Debug("receipts not taken", "url", p.state.Place, "attempt", attempt, "pause", pause, "error", err)
		if !p.wait(pause, epoch) {
			return err
		}
	}
}

// note keeps what an attempt came to, and reports whether it was the last.
func (p *Poster) note(err error, epoch int) (last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if epoch != p.epoch {
		return true
	}
	p.state.Posts++
	p.state.LastError = ""
	if err != nil {
		p.state.LastError = err.Error()
	}
	p.wake()
	return err == nil || p.closed
}

// wait returns true after the pause, or false at once if the poster is closed
// or reset.
func (p *Poster) wait(pause time.Duration, epoch int) bool {
	over := make(chan struct{})
	stop := p.clock.AfterFunc(pause, func() { close(over) })
	defer stop()
	for {
		p.mu.Lock()
		current, changed := epoch == p.epoch && !p.closed, p.changed
		p.mu.Unlock()
		if !current {
			return false
		}
		select {
		case <-over:
			return true
		case <-changed:
		}
	}
}

// wake releases everybody who watches; mu is held.
func (p *Poster) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// State returns the counts.
func (p *Poster) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// Wait returns once match accepts the state, or with ctx.
func (p *Poster) Wait(ctx context.Context, match func(State) bool) (State, error) {
	for {
		p.mu.Lock()
		state, changed := p.state, p.changed
		p.mu.Unlock()
		if match(state) {
			return state, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return state, fmt.Errorf("wait for receipts to be posted: %d wait, %d are posted, %d lost (%s): %w",
				state.Waiting, state.Posted, state.Lost, state.LastError, context.Cause(ctx))
		}
	}
}

// Reset forgets what waits and all counts. A post under way comes to its end
// unseen.
func (p *Poster) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch++
	p.queue, p.state = nil, State{Place: p.state.Place}
	p.wake()
}

// Close ends the poster and waits for it. What still waits is lost.
func (p *Poster) Close() {
	p.mu.Lock()
	p.closed = true
	p.wake()
	p.mu.Unlock()
	p.stop()
	p.work.Wait()
	p.client.CloseIdleConnections()
}
