// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/process"
)

// EnvLimit is the environment variable that takes the place of all Limits: the
// longest silence of a worker, as in 30s. It is for tests of what a run does
// then.
const EnvLimit = "PUSHPROOF_WORKER_LIMIT"

// Limits are how long a worker may say nothing before it is taken for hung and
// killed: its cells are then infra. A zero field has its default.
type Limits struct {
	// Begin is for the way to the first event, 5 minutes; what the Config allows
	// for the app's connection comes on top.
	Begin time.Duration
	// Cell is for the cell of that id; the wait for room below a limit of Push
	// Kit comes on top. By default it is acceptance.Limit and 2 minutes, some of
	// which Ginkgo needs to leave a spec that overran.
	Cell func(id string) time.Duration
	// Between is for the time between two cells and, after the last one, for the
	// clean-up: 2 minutes.
	Between time.Duration

	// all is EnvLimit's.
	all time.Duration
}

func (l Limits) complete() (Limits, error) {
	if l.Begin <= 0 {
		l.Begin = 5 * time.Minute
	}
	if l.Cell == nil {
		l.Cell = func(id string) time.Duration { return acceptance.Limit(id) + 2*time.Minute }
	}
	if l.Between <= 0 {
		l.Between = 2 * time.Minute
	}
	text := os.Getenv(EnvLimit)
	if text == "" {
		return l, nil
	}
	all, err := time.ParseDuration(text)
	if err != nil || all <= 0 {
		return l, &harness.UsageError{Problems: []string{fmt.Sprintf("%s=%s is no time: unset it, or write one as in 30s", EnvLimit, text)}}
	}
	l.all = all
	return l, nil
}

// next says how long w's worker may be silent now.
func (l Limits) next(w *worker) time.Duration {
	switch {
	case l.all > 0:
		return l.all
	case !w.heard:
		return l.Begin + time.Duration(w.order.Config.Connect)
	case w.started != "":
		return l.Cell(w.started) + max(time.Duration(w.order.Ledger.Wait), 0)
	}
	return l.Between
}

// watchdog kills a worker that is silent for too long. A worker that is stopped
// dies of it as well.
type watchdog struct {
	timer *time.Timer

	mu      sync.Mutex
	limit   time.Duration
	silence time.Duration
}

func watch(limit time.Duration, p *process.Process) *watchdog {
	d := &watchdog{limit: limit}
	d.timer = time.AfterFunc(limit, func() {
		d.mu.Lock()
		d.silence = d.limit
		d.mu.Unlock()
		_ = p.Kill()
	})
	return d
}

// pat tells the watchdog that the worker said something, and how long it may be
// silent from now on.
func (d *watchdog) pat(limit time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.silence == 0 {
		d.limit = limit
		d.timer.Reset(limit)
	}
}

func (d *watchdog) stop() { d.timer.Stop() }

// bit returns the silence for which the worker was killed, 0 if it was not.
func (d *watchdog) bit() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.silence
}
