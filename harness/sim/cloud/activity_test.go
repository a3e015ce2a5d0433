// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// The record is bounded: the oldest goes first.
func TestActivityIsBounded(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.ActivityLimit = 3 })
	token := w.token(bundle, &device{id: "phone"})
	var ids []string
	for range 5 {
		ids = append(ids, w.accepted(6, background("x", "", token)))
	}
	got := w.Activity()
	if len(got) != 3 {
		t.Fatalf("%d records", len(got))
	}
	for i, a := range got {
		if a.RequestID != ids[i+2] {
			t.Errorf("record %d is %s, want %s", i, a.RequestID, ids[i+2])
		}
	}
}

// A record that was handed out does not change any more.
func TestActivityIsACopy(t *testing.T) {
	w := newWorld(t, nil)
	gate := make(chan struct{})
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		<-gate
		return sim.Delivered
	}}
	id := w.accepted(6, background("x", "", w.token(bundle, d)))
	early := w.Activity()[0]
	close(gate)
	w.settled(id)
	if early.Final() || early.Deliveries[0].Receipt != nil {
		t.Errorf("the early record says %v", early)
	}
}

// Wait sees what is already there, what comes, and what changes.
func TestWait(t *testing.T) {
	w := newWorld(t, nil)
	gate := make(chan struct{})
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		<-gate
		return sim.NotShown
	}}
	token := w.token(bundle, d)
	tagged := func(a cloud.Activity) bool { return a.BiTag == "b7" }
	receipt := func(a cloud.Activity) bool { return tagged(a) && a.Final() }
	var waiters sync.WaitGroup
	var came, ended cloud.Activity
	for match, into := range map[*cloud.Activity]func(cloud.Activity) bool{&came: tagged, &ended: receipt} {
		waiters.Go(func() {
			a, err := w.Wait(w.context(), into)
			if err != nil {
				t.Error(err)
			}
			*match = a
		})
	}
	w.accepted(6, background("x", `"biTag":"b7"`, token))
	if _, err := w.Wait(w.context(), tagged); err != nil {
		t.Error(err)
	}
	close(gate)
	waiters.Wait()
	if came.BiTag != "b7" || ended.Deliveries[0].Receipt == nil || *ended.Deliveries[0].Receipt != sim.NotShown {
		t.Errorf("came %v, ended %v", came, ended)
	}
}

// A wait that ends without a match says what it saw.
func TestWaitGivesUp(t *testing.T) {
	w := newWorld(t, nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := w.Settled(ctx, "1"); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "there was none") {
		t.Errorf("without records: %v", err)
	}
	id := w.accepted(6, background("x", "", w.token(bundle, &device{id: "phone"})))
	w.settled(id)
	ctx, cancel = context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := w.Settled(ctx, "1"); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), id) {
		t.Errorf("with a record: %v, want it named", err)
	}
}

// Neither log nor record holds a token or the JWT.
func TestNothingSecretIsLogged(t *testing.T) {
	var mu sync.Mutex
	var log strings.Builder
	w := newWorld(t, func(o *cloud.Options) {
		o.Logger = slog.New(slog.NewTextHandler(writer(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return log.Write(b)
		}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	token := w.token(bundle, &device{id: "phone"})
	id := w.accepted(6, background("x", "", token))
	w.send(6, background("x", "", token, "MAmalformed"))
	w.send(6, background("x", "", "MAmalformed"))
	w.settled(id)
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(log.String(), id) {
		t.Errorf("the log does not name request %s", id)
	}
	for _, secret := range []string{token, "MAmalformed", strings.TrimPrefix(w.bearer, "Bearer ")} {
		if strings.Contains(log.String(), secret) {
			t.Error("the log holds a token or a JWT")
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
