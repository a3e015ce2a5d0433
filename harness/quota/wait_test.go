// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/quota"
)

// A reservation of somebody else may end sooner than its window.
func TestRoomComesWithTheEndOfALease(t *testing.T) {
	d := newDesk(t, quota.Options{Lease: time.Minute})
	if _, err := d.Reserve(t.Context(), background("A"), background("A")); err != nil {
		t.Fatal(err)
	}
	_, err := d.Reserve(t.Context(), background("A"))
	var over *quota.OverError
	if !errors.As(err, &over) || !over.Room.Equal(noon.Add(time.Minute)) {
		t.Errorf("refused with %v", err)
	}
}

func TestWait(t *testing.T) {
	d := newDesk(t, quota.Options{Wait: quota.DefaultWait})
	v := liveView("FLIGHT", "1")
	if got := d.send(12, v); got != 12 || d.time().Sub(noon) != 5*time.Minute {
		t.Errorf("%d were sent until %s", got, d.time())
	}
	if len(d.waits) != 1 || d.waits[0] != "liveview.5min until 12:05:00" {
		t.Errorf("waits %v", d.waits)
	}
	// An hour is no short time: refused at once.
	if got := d.send(3, background("A")); got != 2 || len(d.waits) != 1 {
		t.Errorf("%d were sent, waits %v", got, d.waits)
	}
	d.advance(55 * time.Minute)
	if got := d.send(1, background("A")); got != 1 || len(d.waits) != 2 {
		t.Errorf("%d were sent, waits %v", got, d.waits)
	}
	// No waiting for what never comes, and none for longer than the context.
	if _, err := d.Reserve(t.Context(), slices.Repeat([]quota.Send{v}, 11)...); err == nil || len(d.waits) != 2 {
		t.Errorf("eleven of ten: %v, waits %v", err, d.waits)
	}
	d.send(10, v)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := d.Reserve(ended, v); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait whose context ended: %v", err)
	}
}

// The wait by the real clock ends with its context.
func TestWaitByTheRealClock(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	l := quota.New(quota.Options{Wait: 2 * time.Hour, OnWait: func(*quota.OverError) { end() }})
	if _, err := l.Reserve(ctx, background("A"), background("A")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Reserve(ctx, background("A")); !errors.Is(err, context.Canceled) {
		t.Errorf("the wait ended with %v", err)
	}
}

func TestForce(t *testing.T) {
	store := &quota.Memory{}
	d := newDesk(t, quota.Options{Store: store, Force: true})
	if got := d.send(5, background("A")); got != 5 {
		t.Errorf("%d of 5 were forced", got)
	}
	forced := 0
	err := store.Update(t.Context(), func(tx quota.Tx) error {
		entries, err := tx.Entries(noon)
		for _, e := range entries {
			if e.Forced {
				forced++
			}
		}
		return err
	})
	if err != nil || forced != 3 {
		t.Errorf("%d entries are marked, %v; want 3", forced, err)
	}
}
