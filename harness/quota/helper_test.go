// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/quota"
)

// noon of a day in Beijing.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, quota.Zone)

// desk is a ledger with a clock that only the test moves.
type desk struct {
	t *testing.T
	*quota.Ledger

	mu  sync.Mutex
	now time.Time
	// waits is what the ledger waited for.
	waits []string
}

func newDesk(t *testing.T, o quota.Options) *desk {
	d := &desk{t: t, now: noon}
	o.Now = d.time
	o.OnWait = func(e *quota.OverError) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.waits = append(d.waits, fmt.Sprintf("%s until %s", e.Rule.Name, e.Room.In(quota.Zone).Format("15:04:05")))
	}
	o.Rest = func(ctx context.Context, until time.Time) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.now = until
		return ctx.Err()
	}
	if o.Wait == 0 {
		o.Wait = -1
	}
	d.Ledger = quota.New(o)
	return d
}

func (d *desk) time() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// send reserves and commits n messages, one at a time, and returns how many
// of them were within the limits.
func (d *desk) send(n int, s quota.Send) int {
	d.t.Helper()
	sent := 0
	for range n {
		tickets, err := d.Reserve(d.t.Context(), s)
		var over *quota.OverError
		if errors.As(err, &over) {
			continue
		}
		if err != nil {
			d.t.Fatal(err)
		}
		if err := tickets[0].Commit(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
		sent++
	}
	return sent
}

// The messages of these tests.
func background(device string) quota.Send {
	return quota.Send{Project: "1", App: "com.example.app", Device: device, Kind: push.KindBackground, Test: true}
}

func marketing(device, app string) quota.Send {
	return quota.Send{Project: "1", App: app, Device: device, Kind: push.KindAlert, Category: "MARKETING"}
}

func liveView(event, id string) quota.Send {
	return quota.Send{Project: "1", App: "com.example.app", Device: "A", Kind: push.KindLiveView, Event: event, Operation: 1, Item: id}
}

func operation(n int) quota.Send {
	s := liveView("FLIGHT", "1")
	s.Operation = n
	return s
}

func form(id string) quota.Send {
	return quota.Send{Project: "1", App: "com.example.app", Device: "A", Kind: push.KindForm, Item: id}
}
